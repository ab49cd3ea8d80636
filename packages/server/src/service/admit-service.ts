import { hash } from 'node:crypto';
import { type ServicePermission, serviceSignatures } from '@argus/contract';
import { networkOf, type Service } from '@argus/core';
import { type RequestMessage, type VerifiedRequest, verifyRequest } from '@argus/http-signatures';
import type { Refused } from '../http/answer.ts';
import type { Call } from '../http/route.ts';
import { type Services, stamp } from '../services.ts';
import type { KnownKey } from './service-book.ts';

/** Who asks, and what it signed: the answer is bound to that. */
export interface Admitted {
  readonly service: Service;
  readonly keyId: string;
  readonly message: RequestMessage;
  readonly verified: VerifiedRequest;
}

/** A service that may not do this, though it proved who it is: the refusal is signed like any answer to it. */
export interface Denied extends Refused {
  readonly message?: RequestMessage;
}

type SignedCall = Pick<Call, 'method' | 'url' | 'fields' | 'bytes' | 'origin'>;

/**
 * Which service signed this call (RFC 9421), whether it is the first time that this signature is shown, and whether the
 * service may do what it asks. The nonce is used up only by what its key has signed, so strangers leave nothing behind.
 */
export async function admitService(
  services: Services,
  call: SignedCall,
  permission: ServicePermission,
): Promise<Admitted | Denied> {
  // Never from Host or X-Forwarded-*: those are what somebody on the way could have changed.
  const targetUri = `${services.config.issuer}${call.url}`;
  const message: RequestMessage = { kind: 'request', method: call.method, targetUri, fields: call.fields };
  let known: KnownKey | null = null;
  const findKey = async (keyId: string) => {
    known = await services.serviceBook.find(keyId);
    return known?.signatureKey;
  };
  const now = services.clock.now();
  const verified = await verifyRequest(serviceSignatures, message, { body: call.bytes, findKey, now });
  const by = known as KnownKey | null; // set inside the callback, where no reader of types looks
  if (!verified.ok) return refuse(services, call, { by, reason: verified.rejection });
  if (!by) return refuse(services, call, { by, reason: 'unknown-key' });
  // Before its nonce is kept: who may ask nothing leaves nothing behind.
  if (by.service.status !== 'active') return refuse(services, call, { by, reason: 'disabled' });
  if (isShutOut(by, permission)) return refuse(services, call, { by, reason: 'tenant-suspended' });
  if (!(await isFirst(services, by.service, verified)))
    return refuse(services, call, { by, reason: 'replayed' });
  return permit(services, { by, call, permission, verified, message });
}

/** What the services of a suspended tenant may still do is hear that everything of it has ended. */
function isShutOut({ tenantStatus }: KnownKey, permission: ServicePermission): boolean {
  return tenantStatus !== 'active' && !(tenantStatus === 'suspended' && permission === 'revocations');
}

async function permit(
  services: Services,
  asked: {
    readonly by: KnownKey;
    readonly call: SignedCall;
    readonly permission: ServicePermission;
    readonly verified: VerifiedRequest;
    readonly message: RequestMessage;
  },
): Promise<Admitted | Denied> {
  const { by, call, permission, verified, message } = asked;
  const { service, key } = by;
  const full = services.throttle.take([{ limit: 'service', whose: service.id }], services.clock.now());
  if (full) return { refused: 'slow_down', retryAfterSeconds: full.retryAfterSeconds, message };
  if (!service.permissions.includes(permission)) {
    await tell(services, call, { by, reason: 'not-permitted' });
    return { refused: 'denied', message };
  }
  return { service, keyId: key.keyId, verified, message };
}

/** One nonce of one key, once on all nodes, for as long as its signature could be shown. */
function isFirst(
  { store }: Services,
  { tenant }: Service,
  { keyid, nonce, rememberNonceUntil }: VerifiedRequest,
): Promise<boolean> {
  const mark = {
    use: 'service-nonce',
    hash: hash('sha256', `${keyid} ${nonce}`, 'buffer'),
    expiresAt: rememberNonceUntil,
  } as const;
  return store.claim(tenant, [mark]);
}

interface Refusal {
  /** Whose key was named; not proven where the signature is what was refused. */
  readonly by: KnownKey | null;
  readonly reason: string;
}

async function refuse(services: Services, call: SignedCall, refusal: Refusal): Promise<Denied> {
  await tell(services, call, refusal);
  return { refused: 'invalid_signature' };
}

/** The audit log hears of it where a service of ours is concerned, though not of every try from one network. */
async function tell(services: Services, { origin }: SignedCall, { by, reason }: Refusal): Promise<void> {
  services.metrics.serviceRefusals.inc({ reason });
  if (!by) return;
  const { service, key } = by;
  const now = services.clock.now();
  const whose = `${service.id} ${networkOf(origin.ip)}`;
  if (services.throttle.take([{ limit: 'refusedClient', whose }], now)) return;
  const details = { serviceId: service.id, keyId: key.keyId };
  const actor = reason === 'not-permitted' ? `service:${service.id}` : 'anyone';
  await services.store.append(
    service.tenant,
    stamp(services, now, [{ type: 'service.refused', actor, origin, reason, details }]),
  );
}
