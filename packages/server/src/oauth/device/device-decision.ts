import {
  type Change,
  type Client,
  canonicalUserCode,
  type DeviceAuthorization,
  type EventDraft,
} from '@argus/core';
import { deviceAuthorizationByUserCode } from '@argus/store';
import type { Current } from '../../flows/current-session.ts';
import { slowDown } from '../../flows/slow-down.ts';
import { isRefused, type Refused } from '../../http/answer.ts';
import type { CallOrigin } from '../../http/caller.ts';
import { type Services, stamp } from '../../services.ts';
import type { Try } from '../../throttle/throttle.ts';
import { deviceGrant } from './device-authorization.ts';

/** A device that waits for the person who typed its code. */
export interface WaitingDevice {
  /** In normal form. */
  readonly userCode: string;
  readonly authorization: DeviceAuthorization;
  readonly client: Client;
}

/** Who is at the page, and from where. */
export interface Decider {
  readonly current: Current;
  readonly origin: CallOrigin;
}

/** The device behind a code. Wrong codes are counted, because they are short (RFC 8628 §5.1). */
export async function findWaitingDevice(
  services: Services,
  { current, origin }: Decider,
  typed: string,
): Promise<WaitingDevice | Refused> {
  const { tenant, user, session } = current;
  const guess: Try = { limit: 'userCode', whose: user.id };
  const throttled = services.throttle.take([guess], services.clock.now());
  if (throttled)
    return slowDown(services, { tenant, origin, throttled, userId: user.id, sessionId: session.id });
  const found = await waitingDevice(services, current, typed);
  if (!isRefused(found)) services.throttle.giveBack(guess);
  return found;
}

/** A code that is used, over, of another tenant or nobody's: all one to whoever types it. */
async function waitingDevice(
  services: Services,
  { tenant }: Current,
  typed: string,
): Promise<WaitingDevice | Refused> {
  const { clock, clients, secrets, store } = services;
  const userCode = canonicalUserCode(typed);
  if (userCode === null) return { refused: 'not_found' };
  const hash = secrets.userCodeHash(userCode);
  const authorization = await deviceAuthorizationByUserCode(store.pool, tenant, hash);
  if (authorization?.state !== 'pending' || clock.now() >= authorization.expiresAt)
    return { refused: 'not_found' };
  const client = await clients.find(authorization.clientId);
  if (client?.status !== 'active' || !client.settings.grantTypes.includes(deviceGrant))
    return { refused: 'not_found' };
  return { userCode, authorization, client };
}

/** Write the person's answer down. A yes counts as one to the application, and can be withdrawn like any other. */
export async function decideDevice(
  services: Services,
  decider: Decider,
  { device, isApproved }: { readonly device: WaitingDevice; readonly isApproved: boolean },
): Promise<Refused | null> {
  const { tenant } = decider.current;
  const at = services.clock.now();
  const decided = { decider, device, at };
  const changes: Change[] = [decisionOf(decided, isApproved)];
  const events = [eventOf(decided, isApproved ? 'device.approved' : 'device.denied')];
  if (isApproved) {
    changes.push(consentOf(decided));
    events.push(eventOf(decided, 'consent.given'));
  }
  const written = await services.store.commit({ tenant, changes, events: stamp(services, at, events) });
  // Somebody decided, the code ran out or the session ended meanwhile: there is nothing left to decide here.
  return written.isCommitted ? null : { refused: 'not_found' };
}

interface Decided {
  readonly decider: Decider;
  readonly device: WaitingDevice;
  readonly at: number;
}

function decisionOf({ decider, device, at }: Decided, isApproved: boolean): Change {
  const { user, session } = decider.current;
  return {
    kind: 'decide-device-authorization',
    userCodeHash: device.authorization.userCodeHash,
    decision: isApproved ? 'approved' : 'denied',
    userId: user.id,
    sessionId: session.id,
    at,
  };
}

const dayMs = 86_400_000;

function consentOf({ decider, device, at }: Decided): Change {
  const { authorization, client } = device;
  const { consentDays } = client.settings;
  return {
    kind: 'give-consent',
    consent: {
      userId: decider.current.user.id,
      clientId: client.id,
      scope: authorization.scope,
      resources: authorization.resources,
      grantedAt: at,
      expiresAt: consentDays === null ? null : at + consentDays * dayMs,
    },
  };
}

function eventOf(
  { decider, device }: Decided,
  type: 'device.approved' | 'device.denied' | 'consent.given',
): EventDraft {
  const { current, origin } = decider;
  const { authorization, client } = device;
  return {
    type,
    actor: 'user',
    userId: current.user.id,
    sessionId: current.session.id,
    deviceId: current.device.id,
    grantId: authorization.grantId,
    origin,
    details: { clientId: client.id, scope: authorization.scope.join(' '), askedFrom: authorization.ip },
  };
}
