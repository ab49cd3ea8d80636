import { endpoints, type SessionId, type UserId } from '@argus/contract';
import { canonicalEmail } from '@argus/core';
import { activityOf, auditEvents, sessionsOfTenant, usersOfTenant } from '@argus/store';
import { amendUser, endSessionOfUser, inviteUser } from '../flows/administer.ts';
import { applyDocument } from '../flows/apply.ts';
import { type Answer, isRefused, problemAnswer } from '../http/answer.ts';
import { endpointRoute, type Route } from '../http/route.ts';
import { unlockUser } from '../lockout/unlock-user.ts';
import type { Services } from '../services.ts';
import { administered, installed } from './administered.ts';
import { describeAdminSession, describeEvent, describeUser, time } from './describe.ts';

export const adminRoutes: readonly Route[] = [
  endpointRoute(endpoints.adminListUsers, (services, call) =>
    administered(services, call, async ({ tenant }) => {
      const { email, limit, cursor } = call.query;
      const now = services.clock.now();
      const ask = {
        limit,
        cursor,
        now,
        ...(email === undefined ? {} : { email: canonicalEmail(email) ?? '' }),
      };
      const page = await usersOfTenant(services.store.pool, tenant, ask);
      return { status: 200, json: { users: page.items.map(describeUser), nextCursor: page.nextCursor } };
    }),
  ),

  endpointRoute(endpoints.adminCreateUser, (services, call) =>
    administered(services, call, async (by) => {
      const invited = await inviteUser(services, by, call.body);
      if (isRefused(invited)) return problemAnswer(invited);
      const { user, link, linkExpiresAt } = invited;
      return {
        status: 201,
        json: {
          user: describeUser({ user, liveSessions: 0, lockedUntil: null }),
          link,
          linkExpiresAt: time(linkExpiresAt),
        },
      };
    }),
  ),

  endpointRoute(endpoints.adminChangeUser, (services, call) =>
    administered(services, call, async (by) => {
      const amended = await amendUser(services, by, { userId: call.params.id as UserId, ...call.body });
      return isRefused(amended) ? problemAnswer(amended) : { status: 200, json: describeUser(amended) };
    }),
  ),

  endpointRoute(endpoints.adminUnlockUser, (services, call) =>
    administered(services, call, async (by) => {
      const unlocked = await unlockUser(services, by, call.params.id as UserId);
      return isRefused(unlocked) ? problemAnswer(unlocked) : { status: 200, json: describeUser(unlocked) };
    }),
  ),

  endpointRoute(endpoints.adminListSessions, (services, call) =>
    administered(services, call, async ({ tenant }) => {
      const { limit, cursor, state, userId } = call.query;
      const ask = { limit, cursor, state, userId: userId as UserId | undefined, now: services.clock.now() };
      const { pool } = services.store;
      const { items, nextCursor } = await sessionsOfTenant(pool, tenant, ask);
      const activity = await activityOf(
        pool,
        tenant,
        items.map(({ session }) => session.id),
      );
      const sessions = items.map((each) => describeAdminSession(each, activity.get(each.session.id)));
      return { status: 200, json: { sessions, nextCursor } };
    }),
  ),

  endpointRoute(endpoints.adminEndSession, (services, call) =>
    administered(services, call, async (by) => {
      const outcome = await endSessionOfUser(services, by, call.params.id as SessionId);
      return isRefused(outcome) ? problemAnswer(outcome) : { status: 204 };
    }),
  ),

  endpointRoute(endpoints.adminListAuditEvents, (services, call) =>
    administered(services, call, async ({ tenant }) => {
      const { limit, cursor, type } = call.query;
      const userId = call.query.userId as UserId | undefined;
      const sessionId = call.query.sessionId as SessionId | undefined;
      const page = await auditEvents(services.store.pool, tenant, { limit, cursor, type, userId, sessionId });
      return { status: 200, json: { events: page.items.map(describeEvent), nextCursor: page.nextCursor } };
    }),
  ),

  endpointRoute(endpoints.adminListKeys, (services, call) =>
    installed(services, call, async () => keysAnswer(services)),
  ),

  endpointRoute(endpoints.adminRotateKeys, (services, call) =>
    installed(services, call, async ({ actor }) => {
      await services.keys.tend(actor, { force: true, emergency: call.body.emergency });
      return keysAnswer(services);
    }),
  ),

  endpointRoute(endpoints.adminApply, (services, call) =>
    installed(services, call, async (by) => {
      const applied = await applyDocument(services, by, call.body);
      return isRefused(applied) ? problemAnswer(applied) : { status: 200, json: applied };
    }),
  ),
];

function keysAnswer({ keys }: Services): Answer {
  const list = keys.records().map((key) => ({
    kid: key.kid,
    use: key.use,
    algorithm: key.algorithm,
    publishedAt: time(key.publishedAt),
    signsFrom: time(key.signsFromAt),
    signsUntil: key.signsUntilAt === null ? null : time(key.signsUntilAt),
    removedAfter: key.removeAfterAt === null ? null : time(key.removeAfterAt),
  }));
  return { status: 200, json: { keys: list } };
}
