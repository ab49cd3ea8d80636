import { issueClientAssertion, parseStrictObject, readBounded } from '@argus/tokens';
import { deadline } from '../services/clock.ts';
import type { GatewaySettings } from './settings.ts';

/** What became of a call to Argus. */
export type Called =
  | { readonly kind: 'done'; readonly body: Readonly<Record<string, unknown>> }
  /** An error of the OAuth family (RFC 6749 §5.2). */
  | { readonly kind: 'refused'; readonly error: string }
  /** Not reached, not in time, too busy, or not understood: nobody knows what it would have said. */
  | Unavailable;

interface Unavailable {
  readonly kind: 'unavailable';
  readonly retryAfterSeconds: number;
  /** Whether it answered: then it means this one caller or grant, and others may fare better. */
  readonly isReached: boolean;
}

export interface ArgusCalls {
  token(fields: Readonly<Record<string, string>>): Promise<Called>;
  revoke(token: string): Promise<Called>;
  userInfo(accessToken: string): Promise<Called>;
}

const longestAnswer = 65_536;
const longestWaitSeconds = 60;
const form = 'application/x-www-form-urlencoded';

/** The calls of a confidential client, each bounded in time and size. None rejects: an outage is an expected state. */
export function createArgusCalls(settings: GatewaySettings): ArgusCalls {
  const post = async (path: string, fields: Readonly<Record<string, string>>): Promise<Called> => {
    const proof = await proofOf(settings);
    const body = new URLSearchParams({ ...fields, ...proof.fields }).toString();
    return send(settings, path, {
      method: 'POST',
      headers: { ...proof.headers, 'content-type': form },
      body,
    });
  };
  return {
    token: (fields) => post('/oauth/token', fields),
    revoke: (token) => post('/oauth/revoke', { token }),
    userInfo: (accessToken) =>
      send(settings, '/oauth/userinfo', { headers: { authorization: `Bearer ${accessToken}` } }),
  };
}

/** RFC 6749 §2.3.1: both are form-encoded first. RFC 7523 §2.2; the audience is the issuer alone (FAPI 2.0 §5.3.3). */
async function proofOf({ proof, clientId, issuer, clock, random }: GatewaySettings) {
  if (proof.kind === 'secret') {
    const pair = [clientId, proof.secret].map(encodeURIComponent).join(':');
    return { headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }, fields: {} };
  }
  const jti = Buffer.from(random.bytes(16)).toString('base64url');
  const claims = { clientId, audience: issuer, jti };
  return {
    headers: {},
    fields: {
      client_id: clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await issueClientAssertion(proof.key, claims, clock.now()),
    },
  };
}

async function send(settings: GatewaySettings, path: string, init: RequestInit): Promise<Called> {
  try {
    const response = await settings.fetch(`${settings.argusUrl}${path}`, {
      ...init,
      headers: { accept: 'application/json', ...init.headers },
      // Secrets and tokens go where configuration says, and nowhere else.
      redirect: 'error',
      signal: deadline(settings.timeoutMs),
    });
    const bytes = await readBounded(response, longestAnswer);
    const body = bytes && (bytes.length === 0 ? {} : parseStrictObject(bytes));
    if (response.ok && body !== undefined) return { kind: 'done', body };
    const isBusy = response.status === 429 || response.status === 503;
    if (response.status < 500 && !isBusy && typeof body?.error === 'string')
      return { kind: 'refused', error: body.error };
    return unavailable(Number(response.headers.get('retry-after')) || 1, isBusy);
  } catch {
    return unavailable(1, false);
  }
}

function unavailable(retryAfterSeconds: number, isReached: boolean): Called {
  const seconds = Math.min(longestWaitSeconds, Math.max(1, Math.ceil(retryAfterSeconds)));
  return { kind: 'unavailable', retryAfterSeconds: seconds, isReached };
}
