import { endpoints, type ImportAnswer } from '@argus/contract';
import type { Import } from '@argus/core';
import { importById, importsOfTenant, refusedRows } from '@argus/store';
import { type Answer, isRefused, problemAnswer, type Refused } from '../http/answer.ts';
import { endpointRoute, type Route } from '../http/route.ts';
import { cancelImport, receivePiece, startImport } from '../import/receive-import.ts';
import { administered } from './administered.ts';
import { time } from './describe.ts';

export const adminImportRoutes: readonly Route[] = [
  endpointRoute(endpoints.adminStartImport, (services, call) =>
    administered(services, call, async (by) => importAnswer(201, await startImport(services, by, call.body))),
  ),

  endpointRoute(endpoints.adminReceiveImport, (services, call) =>
    administered(services, call, async (by) => {
      const { offset, data, isLast } = call.body;
      const piece = { offset, bytes: Buffer.from(data, 'base64'), isLast };
      return importAnswer(200, await receivePiece(services, by, { id: call.params.id, piece }));
    }),
  ),

  endpointRoute(endpoints.adminListImports, (services, call) =>
    administered(services, call, async ({ tenant }) => {
      const { limit, cursor } = call.query;
      const page = await importsOfTenant(services.store.pool, tenant, { limit, cursor });
      return {
        status: 200,
        json: { imports: page.items.map(describeImport), nextCursor: page.nextCursor },
      };
    }),
  ),

  endpointRoute(endpoints.adminShowImport, (services, call) =>
    administered(services, call, async ({ tenant }) => {
      const found = await importById(services.store.pool, tenant, call.params.id);
      return importAnswer(200, found ?? { refused: 'not_found' });
    }),
  ),

  endpointRoute(endpoints.adminListRefusedRows, (services, call) =>
    administered(services, call, async ({ tenant }) => {
      const { pool } = services.store;
      const importId = call.params.id;
      if (!(await importById(pool, tenant, importId))) return problemAnswer({ refused: 'not_found' });
      const { limit, cursor } = call.query;
      const page = await refusedRows(pool, tenant, { importId, limit, cursor });
      return { status: 200, json: { rows: page.items, nextCursor: page.nextCursor } };
    }),
  ),

  endpointRoute(endpoints.adminCancelImport, (services, call) =>
    administered(services, call, async (by) =>
      importAnswer(200, await cancelImport(services, by, call.params.id)),
    ),
  ),
];

function importAnswer(status: number, outcome: Import | Refused): Answer {
  return isRefused(outcome) ? problemAnswer(outcome) : { status, json: describeImport(outcome) };
}

function describeImport(of: Import): ImportAnswer {
  const { id, name, format, onExisting, state, startedBy, bytes, counts, failure } = of;
  return {
    id,
    name,
    format,
    onExisting,
    withAdministrators: of.givesAdministration,
    state,
    startedBy,
    bytes,
    bytesRead: state === 'finished' ? bytes : (of.place?.offset ?? 0),
    ...counts,
    rowsPerSecond: speedOf(of),
    failure,
    createdAt: time(of.createdAt),
    beganAt: of.beganAt === null ? null : time(of.beganAt),
    endedAt: of.endedAt === null ? null : time(of.endedAt),
  };
}

function speedOf({ counts, beganAt, movedAt }: Import): number | null {
  if (beganAt === null || movedAt === null || counts.rows === 0) return null;
  return Math.round(counts.rows / Math.max(0.001, (movedAt - beganAt) / 1000));
}
