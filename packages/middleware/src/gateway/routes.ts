import { isForeign } from '../origin-check.ts';
import { askedOf } from './asked.ts';
import { takeBackchannelLogout } from './backchannel-logout.ts';
import { takeCallback } from './callback.ts';
import type { GatewayCore } from './core.ts';
import { pathOf } from './kept-form.ts';
import { endSession, refreshSession, showSession } from './own-session.ts';
import { emptyAnswer } from './pages/page.ts';
import { windowDonePage } from './pages/pages.ts';
import { type Reply, refuseReply, reply } from './refuse.ts';
import { resumeForm } from './resume.ts';
import { returnPath } from './return-to.ts';
import { beginSignIn } from './sign-in.ts';
import { signOut, signOutEverywhere } from './sign-out.ts';
import type { GatewayParts } from './verdict.ts';

type Route = (core: GatewayCore, parts: GatewayParts, query: URLSearchParams) => Reply | Promise<Reply>;

/**
 * What is answered below the base path. The names below `/api` and `/step-up` are those that the browser client calls
 * at Argus itself, so that it works here by its `base` alone.
 */
const routes: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  '/sign-in': { GET: (core, parts, query) => beginSignIn(core, parts, beginning(core, query)) },
  '/callback': { GET: takeCallback },
  '/session': { GET: showSession, DELETE: endSession },
  '/api/session': { GET: showSession, DELETE: endSession },
  '/refresh': { POST: refreshSession },
  '/api/session/refresh': { POST: refreshSession },
  '/sign-out': {
    POST: (core, parts, query) => (query.has('everywhere') ? signOutEverywhere : signOut)(core, parts),
  },
  '/backchannel-logout': { POST: takeBackchannelLogout },
  '/step-up': { GET: (core, parts, query) => beginSignIn(core, parts, fresh(beginning(core, query))) },
  '/step-up/done': { GET: () => reply(windowDonePage()) },
};

/** Argus sends this from its own server, and proves itself by a signature. */
const fromServers = '/backchannel-logout';
const resumePath = /^\/resume\/([\w-]{8})$/;

/** The answer to a request below the base path; undefined for any other. */
export async function answerOwn(core: GatewayCore, parts: GatewayParts): Promise<Reply | undefined> {
  const { settings } = core;
  const target = pathOf(parts.url);
  const mark = target.search(/[?#]/);
  const path = mark === -1 ? target : target.slice(0, mark);
  if (path !== settings.basePath && !path.startsWith(`${settings.basePath}/`)) return undefined;
  const below = path.slice(settings.basePath.length);
  const resumed = resumePath.exec(below)?.[1];
  const found = resumed === undefined ? own(below) : { GET: resuming(resumed) };
  if (found === undefined) return refuseReply(core, parts, { code: 'not_found', reason: 'no-such-path' });
  if (below !== fromServers && isForeign(parts, settings.allowedOrigins)) {
    return refuseReply(core, parts, { code: 'foreign_origin', reason: 'foreign-origin' });
  }
  const route = Object.hasOwn(found, parts.method) ? found[parts.method] : undefined;
  if (route === undefined) {
    // RFC 9110 §15.5.6. A link that signs out would be followed by whoever looks ahead.
    const allow = ['allow', Object.keys(found).join(', ')] as const;
    const answer = emptyAnswer(405, [allow]);
    return reply(answer, { code: 'method_not_allowed', reason: 'method' });
  }
  return route(core, parts, new URLSearchParams(mark === -1 ? '' : target.slice(mark)));
}

function own(below: string): Readonly<Record<string, Route>> | undefined {
  return Object.hasOwn(routes, below) ? routes[below] : undefined;
}

function resuming(id: string): Route {
  return (core, parts) => resumeForm(core, parts, id);
}

function beginning({ settings }: GatewayCore, query: URLSearchParams) {
  const returnTo = returnPath(query.get('return_to') ?? query.get('returnTo'), settings);
  return { returnTo, asked: askedOf(query), form: null };
}

/** Who is asked to step up proves it anew, whatever was proved before. */
function fresh(begin: ReturnType<typeof beginning>) {
  return { ...begin, asked: { ...begin.asked, maxAgeSeconds: begin.asked.maxAgeSeconds ?? 0 } };
}
