import type { GrantId } from '@argus/contract';
import {
  type Client,
  type DeviceAuthorization,
  readResources,
  readScope,
  shownUserCode,
  userCodeOf,
} from '@argus/core';
import type { Answer } from '../../http/answer.ts';
import { isOAuthRefused, type OAuthRefused, oauthJson } from '../../http/oauth-answer.ts';
import type { Parameters } from '../../http/parameters.ts';
import type { Call } from '../../http/route.ts';
import { hashOf } from '../../secrets.ts';
import type { Services } from '../../services.ts';
import { fromNetwork, type Try } from '../../throttle/throttle.ts';
import { admitClient } from '../client/admit-client.ts';
import type { ProvenClient } from '../client/authenticate-client.ts';

export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/** Long enough to find a telephone and sign in on it. */
const lifeSeconds = 600;
/** RFC 8628 §3.5 */
const intervalSeconds = 5;
/** User codes are short, so one may be taken. */
const rounds = 3;

/** Begin the flow of a device that has no browser (RFC 8628 §3.1). */
export async function authorizeDevice(
  services: Services,
  call: Call,
  parameters: Parameters,
): Promise<Answer | OAuthRefused> {
  if (parameters.repeated.some((name) => name !== 'resource'))
    return { oauthError: 'invalid_request', reason: 'repeated' };
  const proven = await admitClient(services, call, parameters);
  if (isOAuthRefused(proven)) return proven;
  const { client } = proven;
  if (!client.settings.grantTypes.includes(deviceGrant)) return { oauthError: 'unauthorized_client' };
  if (isTooMany(services, call, proven))
    return { oauthError: 'temporarily_unavailable', reason: 'throttled', status: 429 };
  const asked = await readAsked(services, client, parameters);
  if (isOAuthRefused(asked)) return asked;
  for (let round = 0; round < rounds; round += 1) {
    const begun = begin(services, call, { client, ...asked });
    const { authorization } = begun;
    const written = await services.store.commit({
      tenant: client.tenant,
      changes: [{ kind: 'create-device-authorization', authorization }],
      events: [],
    });
    if (written.isCommitted) return oauthJson(200, answerOf(services, begun));
  }
  return { oauthError: 'temporarily_unavailable', reason: 'no-free-code' };
}

/** What may wait at once is bounded by how often one may begin, for strangers of one network and for each client. */
function isTooMany(
  { throttle, clock }: Services,
  { origin }: Pick<Call, 'origin'>,
  { client, method }: ProvenClient,
): boolean {
  const own: Try = { limit: 'deviceAuthorization', whose: client.id };
  const tries = method === 'none' ? [fromNetwork('oauth', origin.ip), own] : [own];
  return throttle.take(tries, clock.now()) !== null;
}

type Rights = Pick<DeviceAuthorization, 'scope' | 'resources'>;

async function readAsked(
  { clients }: Services,
  client: Client,
  parameters: Parameters,
): Promise<Rights | OAuthRefused> {
  const known = await clients.resourcesOf(client);
  const scope = readScope(parameters.one('scope'), client, known);
  if (scope === 'invalid_scope') return { oauthError: scope };
  const resources = readResources(parameters.all('resource'), client, known);
  return resources === 'invalid_target' ? { oauthError: resources } : { scope, resources };
}

interface Begun {
  readonly authorization: DeviceAuthorization;
  readonly deviceCode: string;
  readonly userCode: string;
}

function begin(
  { random, clock, secrets }: Services,
  { origin }: Pick<Call, 'origin'>,
  { client, scope, resources }: Rights & { readonly client: Client },
): Begun {
  const deviceCode = random.bytes(32).toString('base64url');
  const userCode = userCodeOf(random.bytes(32));
  const now = clock.now();
  return {
    deviceCode,
    userCode,
    authorization: {
      deviceCodeHash: hashOf(deviceCode),
      userCodeHash: secrets.userCodeHash(userCode),
      clientId: client.id,
      scope,
      resources,
      state: 'pending',
      userId: null,
      sessionId: null,
      grantId: random.uuid() as GrantId, // made as the name of one
      ...origin,
      createdAt: now,
      expiresAt: now + lifeSeconds * 1000,
      polledAt: null,
      intervalSeconds,
    },
  };
}

function answerOf({ config }: Services, { deviceCode, userCode }: Begun) {
  const verificationUri = `${config.issuer}/device`;
  const shown = shownUserCode(userCode);
  return {
    device_code: deviceCode,
    user_code: shown,
    verification_uri: verificationUri,
    verification_uri_complete: `${verificationUri}?user_code=${shown}`,
    expires_in: lifeSeconds,
    interval: intervalSeconds,
  };
}
