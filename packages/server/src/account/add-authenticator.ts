import type { RegistrationResponse } from '@argus/contract';
import type { Authentication, Change, EventDraft, Passkey, Totp } from '@argus/core';
import { finishPasskeyEnrolment } from '../enrolment/passkey-enrolment.ts';
import { newRecoverySet, setEvents, setWithFirstFactor } from '../enrolment/recovery-set.ts';
import { finishTotpEnrolment } from '../enrolment/totp-enrolment.ts';
import type { Current } from '../flows/current-session.ts';
import { isRefused, type Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import type { SetCookie } from '../http/cookies.ts';
import { authenticatorNotice, codesNotice } from '../recovery/authenticator-notice.ts';
import { type Services, stamp } from '../services.ts';
import { stepUp } from '../step-up/step-up.ts';
import { byPerson, commitChange } from './change-authenticators.ts';
import { mayEnrol } from './may-change.ts';

/** An authenticator that was added, and the codes that came with it, to be shown once. */
export interface Added<Kind> {
  readonly added: Kind;
  readonly recoveryCodes: readonly string[];
  /** Setting it up has proved it, so the session is as strong as that from now on. */
  readonly cookies: readonly SetCookie[];
}

interface Adding {
  readonly name?: string | undefined;
  readonly endOtherSessions: boolean;
  readonly origin: CallOrigin;
}

/** Add the authenticator app whose secret this session was shown, confirmed by its first code. */
export async function addTotp(
  services: Services,
  current: Current,
  adding: Adding & { readonly enrolment: string; readonly code: string },
): Promise<Added<Totp> | Refused> {
  const record = await mayEnrol(services, current);
  if (isRefused(record)) return record;
  const { tenant, user, session } = current;
  const enrolling = { tenant, user, subject: session.id };
  // Whoever came in by a recovery code has lost the app that is there.
  const first = { ...adding, mayReplace: session.amr.includes('rec') };
  const enrolled = await finishTotpEnrolment(services, enrolling, first);
  if (!enrolled.ok) return enrolled;
  const { totp, changes } = enrolled;
  const proof = { method: 'otp', provedAt: services.clock.now() } as const;
  return add(services, current, { adding, record, added: totp, kind: 'totp', proof, changes });
}

/** Add the passkey that the browser has made for this session. */
export async function addPasskey(
  services: Services,
  current: Current,
  adding: Adding & { readonly credential: RegistrationResponse },
): Promise<Added<Passkey> | Refused> {
  const record = await mayEnrol(services, current);
  if (isRefused(record)) return record;
  const { tenant, user, session } = current;
  const enrolling = { tenant, user, subject: session.id };
  const enrolled = await finishPasskeyEnrolment(services, enrolling, adding);
  if (enrolled.ok) {
    const { passkey, proof, changes } = enrolled;
    return add(services, current, { adding, record, added: passkey, kind: 'passkey', proof, changes });
  }
  const refused: EventDraft = {
    type: 'authenticator.refused',
    ...byPerson(current, adding.origin),
    reason: enrolled.reason,
  };
  const events = stamp(services, services.clock.now(), [refused]);
  await services.store.commit({ tenant, changes: [], events });
  return { refused: 'passkey_refused' };
}

/** New recovery codes in place of those before. */
export async function replaceRecoveryCodes(
  services: Services,
  current: Current,
  origin: CallOrigin,
): Promise<{ readonly recoveryCodes: readonly string[] } | Refused> {
  const record = await mayEnrol(services, current);
  if (isRefused(record)) return record;
  const set = await newRecoverySet(services, current.user.id);
  const { tenant, user } = current;
  const { codes } = set;
  const notice = codesNotice(services, { tenant, user, origin, at: services.clock.now() }, null);
  const changes = [...set.changes, ...notice];
  const events = setEvents(set, byPerson(current, origin));
  const lost = await commitChange(services, current, { changes, events, origin, endOtherSessions: false });
  return lost ? { refused: 'conflict' } : { recoveryCodes: codes };
}

async function add<Kind extends Totp | Passkey>(
  services: Services,
  current: Current,
  {
    adding: { origin, endOtherSessions },
    record,
    added,
    kind,
    proof,
    changes,
  }: {
    readonly adding: Adding;
    readonly record: Exclude<Awaited<ReturnType<typeof mayEnrol>>, Refused>;
    readonly added: Kind;
    readonly kind: 'totp' | 'passkey';
    readonly proof: Authentication;
    readonly changes: readonly Change[];
  },
): Promise<Added<Kind> | Refused> {
  const { tenant, user } = current;
  const set = await setWithFirstFactor(services, user.id, record.enrolled);
  const about = byPerson(current, origin);
  const lost = await commitChange(services, current, {
    changes: [
      ...changes,
      ...set.changes,
      ...authenticatorNotice(
        services,
        { tenant, user, origin, at: services.clock.now() },
        { kind: 'authenticator-added', authenticator: kind, label: added.name },
      ),
    ],
    events: [
      { type: 'authenticator.added', ...about, details: { kind, authenticatorId: added.id } },
      ...setEvents(set, about),
    ],
    origin,
    endOtherSessions,
  });
  if (lost === null) {
    const raised = await stepUp(services, current, { proof, origin });
    return { added, recoveryCodes: set.codes, cookies: isRefused(raised) ? [] : raised.cookies };
  }
  return lost === 'add-passkey' ? { refused: 'too_many_authenticators' } : { refused: 'conflict' };
}
