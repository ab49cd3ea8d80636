import { type ExistingChoice, type ImportFormat, importPieceBytes } from '@argus/contract';
import {
  type EventDraft,
  type Import,
  importWaitsMs,
  mostImportBytes,
  mostImportsAtOnce,
  noRows,
} from '@argus/core';
import { importById, knownTenants } from '@argus/store';
import { type Administrator, denied, expectOwnRights } from '../flows/administrator.ts';
import type { Refused } from '../http/answer.ts';
import { type Services, stamp } from '../services.ts';
import { sealPiece } from './sealed-piece.ts';

export interface AskedImport {
  readonly name: string;
  readonly format: ImportFormat;
  readonly onExisting: ExistingChoice;
  readonly withAdministrators: boolean;
}

/** Begin an import; its file follows. */
export async function startImport(
  services: Services,
  by: Administrator,
  { name, format, onExisting, withAdministrators }: AskedImport,
): Promise<Import | Refused> {
  if (!(await knownTenants(services.store.pool, [by.tenant])).has(by.tenant)) return { refused: 'not_found' };
  const at = services.clock.now();
  const made: Import = {
    id: services.random.uuid(),
    tenant: by.tenant,
    name,
    format,
    onExisting,
    givesAdministration: withAdministrators,
    state: 'receiving',
    startedBy: by.actor,
    askerId: by.current?.user.id ?? null,
    bytes: 0,
    place: null,
    counts: noRows,
    failure: null,
    createdAt: at,
    beganAt: null,
    movedAt: null,
    endedAt: null,
  };
  const details = { importId: made.id, format, onExisting, withAdministrators };
  const written = await services.store.commit({
    tenant: by.tenant,
    changes: [{ kind: 'create-import', import: made, most: mostImportsAtOnce, dueAt: at + importWaitsMs }],
    events: stamp(services, at, [{ type: 'import.started', actor: by.actor, origin: by.origin, details }]),
  });
  return written.isCommitted ? made : { refused: 'conflict' };
}

export interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** With it the file is whole. */
  readonly isLast: boolean;
}

/**
 * Keep the next piece of the file. One that begins elsewhere than the last one ended is refused, and so is one from anybody
 * but whoever began the import: what the rows may give is judged by what that person may.
 */
export async function receivePiece(
  services: Services,
  { tenant, current }: Administrator,
  { id, piece }: { readonly id: string; readonly piece: Piece },
): Promise<Import | Refused> {
  const { offset, bytes, isLast } = piece;
  if (bytes.length > importPieceBytes || offset + bytes.length > mostImportBytes)
    return { refused: 'payload_too_large' };
  const at = services.clock.now();
  const written = await services.store.commit({
    tenant,
    changes: [
      {
        kind: 'receive-import',
        importId: id,
        askerId: current?.user.id ?? null,
        offset,
        size: bytes.length,
        sealed: sealPiece(services, { tenant, importId: id, beginsAt: offset }, bytes),
        isLast,
        most: mostImportBytes,
        // At once, when it is whole; else when nothing more comes.
        dueAt: isLast ? at : at + importWaitsMs,
        at,
      },
    ],
    events: [],
  });
  const found = await importById(services.store.pool, tenant, id);
  if (!found) return { refused: 'not_found' };
  return written.isCommitted ? found : { refused: 'conflict' };
}

/** Whoever was created stays. Of others than whoever began it, owners and the operator may. */
export async function cancelImport(
  services: Services,
  by: Administrator,
  id: string,
): Promise<Import | Refused> {
  const known = await importById(services.store.pool, by.tenant, id);
  if (!known) return { refused: 'not_found' };
  // Who began it is never written anew, so it is still so in the commit.
  const isTheirs = by.current !== null && by.current.user.id === known.askerId;
  if (!isTheirs && !by.may.has('own-tenant'))
    return denied(services, by, {
      permission: 'own-tenant',
      reason: 'beyond-reach',
      details: { importId: id },
    });
  const at = services.clock.now();
  const written = await services.store.commit({
    tenant: by.tenant,
    changes: [
      ...expectOwnRights(by),
      { kind: 'end-import', importId: id, state: 'cancelled', failure: null, at },
    ],
    events: stamp(services, at, [
      endEvent(known, { actor: by.actor, origin: by.origin, reason: 'cancelled' }),
    ]),
  });
  if (!written.isCommitted) return { refused: 'conflict' };
  return (await importById(services.store.pool, by.tenant, id)) ?? { refused: 'not_found' };
}

/** What the log says of the end of an import: what came of it until then. */
export function endEvent(
  { id, startedBy, counts }: Pick<Import, 'id' | 'startedBy' | 'counts'>,
  by: Pick<EventDraft, 'actor' | 'origin' | 'reason'>,
): EventDraft {
  return { type: 'import.ended', ...by, details: { importId: id, startedBy, ...counts } };
}
