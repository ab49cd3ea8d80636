import { endpoints, type UserId } from '@argus/contract';
import { type Answer, isRefused, problemAnswer } from '../http/answer.ts';
import { endpointRoute, type Route } from '../http/route.ts';
import { exportOwn, exportUser, type PersonDocument } from '../person/export-person.ts';
import { administered } from './administered.ts';
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
];

/** A file for whoever opens it in a browser. */
export function download({ pieces }: PersonDocument): Answer {
  return {
    status: 200,
    pieces,
    headers: { 'content-disposition': 'attachment; filename="my-data.json"' },
  };
}
