import type { TenantId } from '@argus/contract';
import * as asked from '@argus/store';
import { recoveryOf } from './authenticator-stage.ts';
import { hashOf } from './oauth-stage.ts';
import { at, type Person, type Stage } from './stage.ts';

type Question = (stage: Stage, tenant: TenantId, person: Person) => Promise<unknown>;

const now = at + 1000;

/** Everything that a tenant answers about authenticators, once it was furnished with the number 1. */
export const authenticatorQuestions: Readonly<Record<string, Question>> = {
  passkeysOfUser: ({ store }, tenant, { user }) => asked.passkeysOfUser(store.pool, tenant, user.id),
  passkeyByCredential: ({ store }, tenant) =>
    asked.passkeyByCredential(store.pool, tenant, hashOf('credential', 1)),
  totpOfUser: ({ store }, tenant, { user }) => asked.totpOfUser(store.pool, tenant, user.id),
  recoveryCodesOfUser: ({ store }, tenant, { user }) =>
    asked.recoveryCodesOfUser(store.pool, tenant, user.id),
  passwordChangedAt: ({ store }, tenant, { user }) => asked.passwordChangedAt(store.pool, tenant, user.id),
  passwordLock: ({ store }, tenant, { user }) =>
    asked.passwordLock(store.pool, tenant, { userId: user.id, isKnownDevice: true, now }),
  rememberedUntil: ({ store }, tenant, { user, device }) =>
    asked.rememberedUntil(store.pool, tenant, { userId: user.id, deviceId: device.id, now }),
  progressOfAttempt: ({ store }, tenant) =>
    asked.progressOfAttempt(store.pool, tenant, { attemptHash: hashOf('attempt', 1), now }),
  sessionsInTheWay: ({ store }, tenant, { user }) =>
    asked.sessionsInTheWay(store.pool, tenant, { userId: user.id, except: null, now }),
  recoveryOfUser: ({ store }, tenant, person) =>
    asked.recoveryOfUser(store.pool, tenant, recoveryOf(person, 1).userId),
};
