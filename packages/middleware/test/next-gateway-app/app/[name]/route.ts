import { contractApp, withSession } from '../../session.ts';

type Context = { params: Promise<{ name: string }> };
type Route = (request: Request) => Response | Promise<Response>;

const guarded = withSession.guard({});
const who = withSession((_request, { principal }) => Response.json(contractApp().who(principal)));
const me = guarded((_request, { principal }) => Response.json(contractApp().who(principal)));
const routes: Record<string, Route> = {
  who,
  me,
  token: guarded((_request, { accessToken }) => new Response(accessToken())),
  role: withSession.guard({ roles: 'owner' })(() => {
    contractApp().reached();
    return new Response();
  }),
  dressed: withSession(() => contractApp().dressed()),
  moved: (request) => Response.redirect(new URL('/elsewhere', request.url)),
  current: async ({ headers }) =>
    Response.json({ user: (await withSession.current(headers)).principal?.userId ?? null }),
  fault: withSession(() => {
    throw new Error(contractApp().secret);
  }),
};
const none = () => new Response(null, { status: 404 });

export async function GET(request: Request, { params }: Context): Promise<Response> {
  return (routes[(await params).name] ?? none)(request);
}

export async function POST(request: Request, { params }: Context): Promise<Response> {
  return (await params).name === 'echo' ? new Response(request.body) : me(request);
}
