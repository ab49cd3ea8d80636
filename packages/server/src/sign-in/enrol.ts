import type { CreationOptions, RegistrationResponse } from '@argus/contract';
import type { Authentication, Change, EventDraft } from '@argus/core';
import { beginPasskeyEnrolment, finishPasskeyEnrolment } from '../enrolment/passkey-enrolment.ts';
import { type NewSet, setEvents, setWithFirstFactor } from '../enrolment/recovery-set.ts';
import {
  type Enrolling,
  finishTotpEnrolment,
  resumeTotpEnrolment,
  type TotpEnrolment,
} from '../enrolment/totp-enrolment.ts';
import { isRefused, type Refused } from '../http/answer.ts';
import { authenticatorNotice } from '../recovery/authenticator-notice.ts';
import type { Services } from '../services.ts';
import { advance } from './advance.ts';
import { isEnrolmentAsked, type NextProof, type Opened, openProgress } from './open-progress.ts';
import type { SignInOutcome } from './outcome.ts';
import { settle } from './settle.ts';
import { tellWrong } from './tell-wrong.ts';

/** A sign-in that went on by setting up a factor, and the codes that came with it. */
export interface EnrolledInSignIn {
  readonly outcome: Exclude<SignInOutcome, Refused>;
  readonly recoveryCodes: readonly string[];
}

type Kind = 'totp' | 'passkey';

/** The secret of a new app; the one that was shown before when it comes back after a wrong code. */
export async function beginTotpInSignIn(
  services: Services,
  call: NextProof,
  enrolment?: string,
): Promise<TotpEnrolment | Refused> {
  const opened = await openEnrolling(services, call, 'totp');
  return isRefused(opened) ? opened : resumeTotpEnrolment(services, opened.enrolling, enrolment);
}

export async function beginPasskeyInSignIn(
  services: Services,
  call: NextProof,
): Promise<CreationOptions | Refused> {
  const opened = await openEnrolling(services, call, 'passkey');
  return isRefused(opened) ? opened : beginPasskeyEnrolment(services, opened.enrolling);
}

/** Confirm the app by its first code, which counts as a proof. */
export async function finishTotpInSignIn(
  services: Services,
  call: NextProof & { readonly enrolment: string; readonly code: string },
): Promise<EnrolledInSignIn | Refused> {
  const opened = await openEnrolling(services, call, 'totp');
  if (isRefused(opened)) return opened;
  const { enrolment, code } = call;
  const enrolled = await finishTotpEnrolment(services, opened.enrolling, {
    enrolment,
    code,
    mayReplace: true,
  });
  if (!enrolled.ok)
    return { refused: enrolled.refused === 'form_expired' ? 'sign_in_expired' : 'wrong_code' };
  const proof: Authentication = { method: 'otp', provedAt: services.clock.now() };
  return goOn(services, call, { opened, kind: 'totp', proof, changes: enrolled.changes });
}

/** Add the passkey that was made, which counts as a proof. */
export async function finishPasskeyInSignIn(
  services: Services,
  call: NextProof & { readonly credential: RegistrationResponse; readonly name?: string | undefined },
): Promise<EnrolledInSignIn | Refused> {
  const opened = await openEnrolling(services, call, 'passkey');
  if (isRefused(opened)) return opened;
  const enrolled = await finishPasskeyEnrolment(services, opened.enrolling, call);
  if (enrolled.ok) {
    const { proof, changes } = enrolled;
    return goOn(services, call, { opened, kind: 'passkey', proof, changes });
  }
  const userId = opened.record.user.id;
  return tellWrong(services, call, { userId, reason: enrolled.reason, refused: 'passkey_refused' });
}

interface OpenedEnrolment extends Opened {
  readonly enrolling: Enrolling;
}

async function openEnrolling(
  services: Services,
  call: NextProof,
  kind: Kind,
): Promise<OpenedEnrolment | Refused> {
  const opened = await openProgress(services, call);
  if (isRefused(opened)) return opened;
  if (!(await isEnrolmentAsked(services, call, { opened, kind }))) return { refused: 'denied' };
  const subject = Buffer.from(opened.progress.attemptHash).toString('base64url');
  return { ...opened, enrolling: { tenant: call.tenant, user: opened.record.user, subject } };
}

async function goOn(
  services: Services,
  call: NextProof,
  done: {
    readonly opened: OpenedEnrolment;
    readonly kind: Kind;
    readonly proof: Authentication;
    readonly changes: readonly Change[];
  },
): Promise<EnrolledInSignIn | Refused> {
  const { progress, record } = done.opened;
  const userId = record.user.id;
  const set = await setWithFirstFactor(services, userId, record.enrolled);
  const outcome = settle(
    await advance(services, {
      ...call,
      record: { ...record, enrolled: withNew(record.enrolled, done.kind, set) },
      // A code for the factor that was lost has done its work: what counts now is the new one.
      proofs: [...progress.proofs, done.proof],
      before: progress,
      changes: [
        ...done.changes,
        ...set.changes,
        ...authenticatorNotice(
          services,
          { tenant: call.tenant, user: record.user, origin: call.origin, at: services.clock.now() },
          { kind: 'authenticator-added', authenticator: done.kind },
        ),
      ],
      events: events(call, { userId, kind: done.kind, set }),
      details: progress.details,
    }),
  );
  return isRefused(outcome) ? outcome : { outcome, recoveryCodes: set.codes };
}

function withNew(enrolled: Opened['record']['enrolled'], kind: Kind, { codes }: NewSet) {
  const recoveryCodes = codes.length > 0 ? codes.length : enrolled.recoveryCodes;
  return kind === 'totp'
    ? { ...enrolled, hasTotp: true, recoveryCodes }
    : { ...enrolled, passkeys: enrolled.passkeys + 1, recoveryCodes };
}

function events(
  { origin }: NextProof,
  {
    userId,
    kind,
    set,
  }: { readonly userId: Opened['record']['user']['id']; readonly kind: Kind; readonly set: NewSet },
): EventDraft[] {
  const about = { actor: 'user', userId, origin };
  return [{ type: 'authenticator.added', ...about, details: { kind } }, ...setEvents(set, about)];
}
