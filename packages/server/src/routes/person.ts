import { endpoints, type UserId } from '@argus/contract';
import { clearedCookies } from '../flows/issue-tokens.ts';
import { type Answer, isRefused, problemAnswer } from '../http/answer.ts';
import type { SetCookie } from '../http/cookies.ts';
import { endpointRoute, type Route } from '../http/route.ts';
import { eraseOwn, eraseUser } from '../person/erase-person.ts';
import { exportOwn, exportUser, type PersonDocument } from '../person/export-person.ts';
import { administered } from './administered.ts';
import { describeUser } from './describe.ts';
import { signedIn } from './session.ts';

/** What is kept of one person: to take along, and to erase. */
export const personRoutes: readonly Route[] = [
  endpointRoute(endpoints.exportAccount, (services, call) =>
    signedIn(services, call, async (current) => {
      const exported = await exportOwn(services, current, call.origin);
      return isRefused(exported) ? problemAnswer(exported) : download(exported);
    }),
  ),

  endpointRoute(endpoints.adminExportUser, (services, call) =>
    administered(services, call, async (by) => {
      const exported = await exportUser(services, by, call.params.id as UserId);
      return isRefused(exported) ? problemAnswer(exported) : download(exported);
    }),
  ),

  endpointRoute(endpoints.eraseAccount, (services, call) =>
    signedIn(services, call, async (current) => {
      const erased = await eraseOwn(services, current, { ...call.body, origin: call.origin });
      return isRefused(erased)
        ? problemAnswer(erased)
        : { status: 202, json: erased, cookies: [...clearedCookies, forgottenDevice] };
    }),
  ),

  endpointRoute(endpoints.adminEraseUser, (services, call) =>
    administered(services, call, async (by) => {
      const erased = await eraseUser(services, by, { userId: call.params.id as UserId, ...call.body });
      return isRefused(erased) ? problemAnswer(erased) : { status: 202, json: describeUser(erased) };
    }),
  ),
];

/** Whoever uses this browser next is somebody else to us. */
export const forgottenDevice: SetCookie = { name: 'device', value: null };

/** A file for whoever opens it in a browser. */
export function download({ pieces }: PersonDocument): Answer {
  return {
    status: 200,
    pieces,
    headers: { 'content-disposition': 'attachment; filename="my-data.json"' },
  };
}
