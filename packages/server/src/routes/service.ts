import {
  type Endpoint,
  endpoints,
  type ServicePermission,
  type ServiceSession,
  type SessionId,
} from '@argus/contract';
import type { Session } from '@argus/core';
import { activityOf, type SessionActivity, sessionOfTenant } from '@argus/store';
import { takeReport } from '../activity/take-report.ts';
import { type Answer, isRefused, problemAnswer } from '../http/answer.ts';
import { parseJson } from '../http/body.ts';
import { answerParsed, type EndpointCall, type Route, routeHead } from '../http/route.ts';
import { eventStreamType } from '../http/sse.ts';
import { isLiveAccess, signedToken } from '../oauth/token/live-token.ts';
import { type Admitted, admitService, type Denied } from '../service/admit-service.ts';
import { signAnswer, signOpening } from '../service/sign-answer.ts';
import type { Services } from '../services.ts';
import { describeActivity, time } from './describe.ts';

/** What programs of a tenant ask Argus, each request signed and each answer, too (RFC 9421). */
export const serviceRoutes: readonly Route[] = [
  {
    ...routeHead(endpoints.followRevocations),
    async handle(services, call) {
      const by = await admitService(services, call, 'revocations');
      if (isRefused(by)) return refusedAnswer(services, by);
      if (!services.feed.hasRoom(by.keyId))
        return refusedAnswer(services, { refused: 'slow_down', retryAfterSeconds: 5, message: by.message });
      const headers = signOpening(services, by.message, eventStreamType);
      const after = placeOf(call.headers['last-event-id']);
      const { keyId, service, verified } = by;
      return {
        status: 200,
        headers,
        stream: (stream) =>
          services.feed.follow(stream, { tenant: service.tenant, keyId, nonce: verified.nonce, after }),
      };
    },
  },

  signedRoute(endpoints.serviceIntrospect, 'introspect', async (services, { service }, { body }) => {
    const shown = signedToken(services, body.token);
    const isOurs = shown?.kind === 'access' && shown.claims.tenant === service.tenant;
    const active = isOurs && (await isLiveAccess(services, shown.claims));
    return { status: 200, json: { active } };
  }),

  signedRoute(endpoints.serviceShowSession, 'sessions', async (services, { service }, { params }) => {
    const sid = params.sid as SessionId; // of the form that the contract gives it
    const { pool } = services.store;
    const session = await sessionOfTenant(pool, service.tenant, sid);
    if (!session) return problemAnswer({ refused: 'not_found' });
    const activity = (await activityOf(pool, service.tenant, [session.id])).get(session.id);
    return { status: 200, json: describeForServices(session, activity) };
  }),

  signedRoute(endpoints.reportActivity, 'activity', async (services, { service }, { body }) => {
    const { result, accepted, unknown } = await takeReport(services, service, body);
    return { status: 200, json: { result, accepted, unknown } };
  }),

  {
    ...routeHead(endpoints.messageSignaturesDirectory),
    cors: 'any',
    async handle({ keys, clock }) {
      const body = Buffer.from(JSON.stringify(keys.ring().serviceKeys(clock.now())));
      return {
        status: 200,
        text: { type: 'application/http-message-signatures-directory+json', body },
        headers: { 'cache-control': 'public, max-age=60' },
      };
    },
  },
];

/** A route for services: who asks is proven before anything of the request is read. */
function signedRoute<const E extends Endpoint>(
  endpoint: E,
  permission: ServicePermission,
  handle: (services: Services, by: Admitted, call: EndpointCall<E>) => Promise<Answer>,
): Route {
  return {
    ...routeHead(endpoint),
    async handle(services, call) {
      const by = await admitService(services, call, permission);
      if (isRefused(by)) return refusedAnswer(services, by);
      const read = parseJson(call.bytes);
      if (isRefused(read)) return refusedAnswer(services, { ...read, message: by.message });
      const sent = { ...call, body: read.value };
      const answer = await answerParsed(endpoint, sent, (parsed) => handle(services, by, parsed));
      return signAnswer(services, by.message, answer);
    },
  };
}

function refusedAnswer(services: Services, { message, ...refused }: Denied): Answer {
  const answer = problemAnswer(refused);
  return message ? signAnswer(services, message, answer) : answer;
}

/** WHATWG HTML §9.2.4; anything but a number of ours begins at a snapshot. */
function placeOf(lastEventId: string | string[] | undefined): number | null {
  return typeof lastEventId === 'string' && /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : null;
}

function describeForServices(session: Session, activity: SessionActivity | undefined): ServiceSession {
  return {
    id: session.id,
    userId: session.userId,
    state: session.state,
    authTime: time(session.authenticatedAt),
    amr: [...session.amr],
    acr: session.acr,
    createdAt: time(session.createdAt),
    lastActiveAt: time(session.lastActiveAt),
    idleExpiresAt: time(session.idleExpiresAt),
    absoluteExpiresAt: time(session.absoluteExpiresAt),
    endedAt: session.endedAt === null ? null : time(session.endedAt),
    endReason: session.endReason,
    activity: describeActivity(activity),
  };
}
