import type { TenantId } from '@argus/contract';
import type { SecondFactor, SignInProgress } from '@argus/core';
import { progressOfAttempt, type SignInRecord, userFacts } from '@argus/store';
import type { Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import type { Cookies } from '../http/cookies.ts';
import { hashOf, isEqual } from '../secrets.ts';
import type { Services } from '../services.ts';
import { type Standing, stepAfter } from './standing.ts';

/** The call that brings the next proof. */
export interface NextProof {
  readonly tenant: TenantId;
  readonly cookies: Cookies;
  readonly origin: CallOrigin;
}

/** A sign-in that goes on, and its person as they are now. */
export interface Opened {
  readonly progress: SignInProgress;
  readonly record: SignInRecord;
}

/** The sign-in that this browser is in the middle of, unless it is over or what was proved is no longer true. */
export async function openProgress(
  services: Services,
  { tenant, cookies }: NextProof,
): Promise<Opened | Refused> {
  const expired = { refused: 'sign_in_expired' } as const;
  if (!cookies.attempt) return expired;
  const ask = { attemptHash: hashOf(cookies.attempt), now: services.clock.now() };
  const progress = await progressOfAttempt(services.store.pool, tenant, ask);
  if (!progress) return expired;
  const secretHash = services.secrets.deviceSecretHash(cookies.device);
  const record = await userFacts(services.store.pool, tenant, { userId: progress.userId, secretHash });
  if (record?.user.status !== 'active' || !isPasswordTheSame(progress, record)) return expired;
  return { progress, record };
}

/** Where the person stands whose sign-in goes on. */
export function standingOf({ tenant, cookies, origin }: NextProof, { progress, record }: Opened): Standing {
  const { proofs, details } = progress;
  return { tenant, record, proofs, cookies, origin, clientId: details.clientId };
}

/** Whether a sign-in asks for this factor at all: what nobody was asked for proves nothing here. */
export async function isAsked(
  services: Services,
  { tenant, cookies, origin }: NextProof,
  { opened: { progress, record }, method }: { readonly opened: Opened; readonly method: SecondFactor },
): Promise<boolean> {
  const step = await stepAfter(services, standingOf({ tenant, cookies, origin }, { progress, record }));
  return step.kind === 'second-factor' && step.methods.includes(method);
}

/** Whether a sign-in demands that this is set up before there is a session. */
export async function isEnrolmentAsked(
  services: Services,
  { tenant, cookies, origin }: NextProof,
  { opened: { progress, record }, kind }: { readonly opened: Opened; readonly kind: 'totp' | 'passkey' },
): Promise<boolean> {
  const step = await stepAfter(services, standingOf({ tenant, cookies, origin }, { progress, record }));
  return step.kind === 'enrol' && step.methods.includes(kind);
}

function isPasswordTheSame({ passwordMark, proofs }: SignInProgress, { phc }: SignInRecord): boolean {
  if (!proofs.some(({ method }) => method === 'pwd')) return true;
  const [before, now] = [passwordMark, phc === null ? null : hashOf(phc)];
  return (
    before !== null &&
    now !== null &&
    isEqual(Buffer.from(before).toString('hex'), Buffer.from(now).toString('hex'))
  );
}
