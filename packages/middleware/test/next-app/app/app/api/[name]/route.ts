import type { NextRequest } from 'next/server.js';
import { demands, handlersSecret } from '../../../../../contract-routes.ts';
import { contractApp, doorOf, me } from '../../../../doors.ts';

type Context = { params: Promise<{ name: string }> };
type Route = (request: NextRequest, context: Context) => Promise<Response>;

const withProtection = doorOf('main');
const reading = new Map<string, Route>(
  Object.entries(demands).map(([name, demand]) => [name, withProtection.guard(demand)(me)]),
);
reading.set('me', withProtection(me));
reading.set(
  'stream',
  withProtection(() => contractApp().stream()),
);
reading.set(
  'fault',
  withProtection(() => {
    throw new Error(handlersSecret);
  }),
);

export const GET: Route = async (request, context) => {
  const route = reading.get((await context.params).name);
  return route === undefined ? new Response(null, { status: 404 }) : route(request, context);
};

export const POST = withProtection<NextRequest, [Context]>(async (request, principal, { params }) =>
  (await params).name === 'echo' ? new Response(request.body) : me(request, principal),
);

export const OPTIONS = withProtection<NextRequest, [Context]>(me);
