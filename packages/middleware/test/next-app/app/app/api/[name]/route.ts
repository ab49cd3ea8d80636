import { contractApp, demandOf, doorOf, me } from '../../../../doors.ts';

// Stands for `NextRequest`: the types of `next` redeclare `process.env` for the whole repository.
type NextRequest = Request & { readonly nextUrl: URL };
type Context = { params: Promise<{ name: string }> };
type Route = (request: NextRequest, context: Context) => Promise<Response>;

const withProtection = doorOf('main');
const reading: Record<string, Route> = {
  me: withProtection(me),
  scope: withProtection.guard(demandOf('scope'))(me),
  role: withProtection.guard(demandOf('role'))(me),
  level: withProtection.guard(demandOf('level'))(me),
  fresh: withProtection.guard(demandOf('fresh'))(me),
  stream: withProtection(() => contractApp().stream()),
  fault: withProtection(() => {
    throw new Error(contractApp().secret);
  }),
};

export const GET: Route = async (request, context) => {
  const route = reading[(await context.params).name];
  return route === undefined ? new Response(null, { status: 404 }) : route(request, context);
};

export const POST = withProtection<NextRequest, [Context]>(async (request, principal, { params }) =>
  (await params).name === 'echo' ? new Response(request.body) : me(request, principal),
);

export const OPTIONS = withProtection<NextRequest, [Context]>(me);
