import { type Endpoint, endpoints, type SessionId } from '@argus/contract';
import { auditEvents, endedSessionsOfUser, liveSessionsOfUser } from '@argus/store';
import { changePassword } from '../flows/change-password.ts';
import { type Current, currentSession } from '../flows/current-session.ts';
import { endSession, endSessionsOfUser, signOut } from '../flows/end-sessions.ts';
import { clearedCookies, tokenCookies } from '../flows/issue-tokens.ts';
import { refreshSession } from '../flows/refresh-session.ts';
import { type Answer, isRefused, problemAnswer } from '../http/answer.ts';
import { type EndpointCall, endpointRoute, type Route } from '../http/route.ts';
import { sentenceOf } from '../pages/words.ts';
import type { Services } from '../services.ts';
import { describeCurrent, describeSession, time } from './describe.ts';

export const sessionRoutes: readonly Route[] = [
  endpointRoute(endpoints.getSession, (services, call) =>
    signedIn(services, call, async (current) => ({
      status: 200,
      json: await describeCurrent(services, current),
    })),
  ),

  endpointRoute(endpoints.refreshSession, async (services, { body, cookies, origin }) => {
    if (!cookies.refresh) return problemAnswer({ refused: 'session_required' });
    const outcome = await refreshSession(services, {
      token: cookies.refresh,
      deviceCookie: cookies.device,
      idleSeconds: body.idleSeconds,
      ...origin,
    });
    if (isRefused(outcome))
      return problemAnswer(outcome, outcome.refused === 'session_ended' ? clearedCookies : []);
    const { current, tokens } = outcome;
    return {
      status: 200,
      json: await describeCurrent(services, current),
      cookies: tokenCookies(tokens, current.session, services.clock.now()),
    };
  }),

  endpointRoute(endpoints.endSession, async (services, { cookies, origin }) => {
    await signOut(services, { cookies, origin });
    return { status: 204, cookies: clearedCookies };
  }),

  endpointRoute(endpoints.listSessions, (services, call) =>
    signedIn(services, call, async ({ tenant, user, session }) => {
      const page = await liveSessionsOfUser(services.store.pool, tenant, {
        ...call.query,
        userId: user.id,
        now: services.clock.now(),
      });
      const sessions = page.items.map((record) => describeSession(record, session.id));
      return { status: 200, json: { sessions, nextCursor: page.nextCursor } };
    }),
  ),

  endpointRoute(endpoints.sessionHistory, (services, call) =>
    signedIn(services, call, async ({ tenant, user, session }) => {
      const page = await endedSessionsOfUser(services.store.pool, tenant, { ...call.query, userId: user.id });
      const sessions = page.items.map((record) => describeSession(record, session.id));
      return { status: 200, json: { sessions, nextCursor: page.nextCursor } };
    }),
  ),

  endpointRoute(endpoints.endOneSession, (services, call) =>
    signedIn(services, call, async ({ tenant, user, session }) => {
      const target = {
        sessionId: call.params.id as SessionId,
        userId: user.id,
        reason: 'ended-by-user' as const,
      };
      const outcome = await endSession(services, { tenant, actor: 'user', origin: call.origin }, target);
      if (isRefused(outcome)) return problemAnswer(outcome);
      return { status: 204, cookies: target.sessionId === session.id ? clearedCookies : [] };
    }),
  ),

  endpointRoute(endpoints.endOtherSessions, (services, call) =>
    signedIn(services, call, async ({ tenant, user, session }) => {
      const target = { userId: user.id, except: session.id, reason: 'ended-by-user' as const };
      return {
        status: 200,
        json: await endSessionsOfUser(services, { tenant, actor: 'user', origin: call.origin }, target),
      };
    }),
  ),

  endpointRoute(endpoints.endAllSessions, (services, call) =>
    signedIn(services, call, async ({ tenant, user }) => {
      const target = { userId: user.id, reason: 'ended-by-user' as const };
      const json = await endSessionsOfUser(services, { tenant, actor: 'user', origin: call.origin }, target);
      return { status: 200, json, cookies: clearedCookies };
    }),
  ),

  endpointRoute(endpoints.changePassword, (services, call) =>
    signedIn(services, call, async (current) => {
      const { cookies, origin, body } = call;
      const outcome = await changePassword(services, current, { ...body, cookies, origin });
      if (isRefused(outcome)) return problemAnswer(outcome);
      return {
        status: 200,
        json: await describeCurrent(services, outcome.current),
        cookies: outcome.cookies,
      };
    }),
  ),

  endpointRoute(endpoints.listSecurityEvents, (services, call) =>
    signedIn(services, call, async ({ tenant, user }) => {
      const page = await auditEvents(services.store.pool, tenant, {
        ...call.query,
        userId: user.id,
        notable: true,
      });
      const events = page.items.map((event) => ({
        id: event.id,
        time: time(event.at),
        type: event.type,
        sentence: sentenceOf(event.type),
        sessionId: event.sessionId ?? null,
        ip: event.origin?.ip ?? null,
      }));
      return { status: 200, json: { events, nextCursor: page.nextCursor } };
    }),
  ),
];

/** Go on only with a live session, which has proved what policy asks by now unless the endpoint says otherwise. */
export async function signedIn(
  services: Services,
  { cookies, endpoint }: Pick<EndpointCall<Endpoint>, 'cookies' | 'endpoint'>,
  next: (current: Current) => Promise<Answer>,
): Promise<Answer> {
  const current = await currentSession(services, cookies, endpoint);
  return isRefused(current) ? problemAnswer(current) : next(current);
}
