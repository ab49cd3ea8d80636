import { type OAuthError, oauthErrors } from '@argus/contract';
import type { Client, User } from '@argus/core';
import type { AccessClaims } from '@argus/tokens';
import type { Answer } from '../../http/answer.ts';
import { isOAuthRefused, type OAuthRefused, oauthJson, oauthRefusal } from '../../http/oauth-answer.ts';
import type { Parameters } from '../../http/parameters.ts';
import type { Call } from '../../http/route.ts';
import type { Services } from '../../services.ts';
import { claimMarks } from '../client/claim-marks.ts';
import { shownProof } from '../client/show-proof.ts';
import { audienceNamed, liveToken, signedToken } from './live-token.ts';

const path = '/oauth/userinfo';

/** An access token as a request carries it (RFC 6750 §2, RFC 9449 §7.1). */
interface ShownAccess {
  readonly scheme: 'Bearer' | 'DPoP';
  readonly token: string;
}

/** Who is behind an access token, as far as its scope lets the client know (OIDC Core §5.3). */
export async function userInfo(services: Services, call: Call): Promise<Answer> {
  const shown = shownAccess(call);
  // RFC 6750 §3.1: who showed nothing at all is told how to, and no error.
  if (shown === 'nothing') return { status: 401, headers: { 'www-authenticate': bothSchemes } };
  if (shown === 'malformed') return refused('Bearer', { oauthError: 'invalid_request', status: 400 });
  const live = await tokenForUserInfo(services, shown);
  if (!live) return refused(shown.scheme, { oauthError: 'invalid_token' });
  const proof = await proveKey(services, call, { shown, live });
  if (isOAuthRefused(proof)) return refused('DPoP', proof);
  const granted = live.claims.scope.split(' ');
  if (!granted.includes('openid')) return refused(shown.scheme, { oauthError: 'insufficient_scope' });
  return oauthJson(200, claimsOf(live.user, granted), proof.headers);
}

function claimsOf({ id, name, email }: User, granted: readonly string[]) {
  return {
    sub: id,
    ...(granted.includes('profile') && name !== null ? { name } : {}),
    // Nobody has proved here so far that mail to the address reaches the person.
    ...(granted.includes('email') ? { email, email_verified: false } : {}),
  };
}

interface LiveAccess {
  readonly claims: AccessClaims;
  readonly client: Client;
  readonly user: User;
}

/** A live access token of a person that was issued for this endpoint too. */
async function tokenForUserInfo(services: Services, { token }: ShownAccess): Promise<LiveAccess | null> {
  const shown = signedToken(services, token);
  if (shown?.kind !== 'access') return null;
  const { claims } = shown;
  if (!audienceNamed(claims).includes(`${services.config.issuer}${path}`)) return null;
  const live = await liveToken(services, shown);
  return live?.standing ? { claims, client: live.client, user: live.standing.user } : null;
}

/** RFC 9449 §7.1: a bound token needs the proof of its key, an unbound one cannot have any. */
async function proveKey(
  services: Services,
  call: Call,
  { shown, live }: { readonly shown: ShownAccess; readonly live: LiveAccess },
): Promise<{ readonly headers: Readonly<Record<string, string>> } | OAuthRefused> {
  const bound = live.claims.cnf?.jkt;
  if ((shown.scheme === 'DPoP') !== (bound !== undefined)) return { oauthError: 'invalid_token' };
  if (bound === undefined) return { headers: {} };
  const proof = shownProof(services, call, { path, client: live.client, accessToken: shown.token });
  if (isOAuthRefused(proof)) return proof;
  const { headers } = proof;
  if (proof.jkt === null) return { oauthError: 'invalid_dpop_proof', reason: 'no-proof' };
  if (proof.jkt !== bound) return { oauthError: 'invalid_token', reason: 'wrong-key', headers };
  const replayed = await claimMarks(services, live.client.tenant, proof.marks);
  return replayed ? { ...replayed, headers } : { headers };
}

/** One token, in one place. Never in the query, where logs would keep it (RFC 9700 §4.3.2). */
function shownAccess({ headers, body, search }: Call): ShownAccess | 'nothing' | 'malformed' {
  const fields = body as Parameters | undefined; // of the POST route, which accepts 'oauth'
  const inForm = fields?.names.includes('access_token') ?? false;
  const { authorization } = headers;
  const header = /^(bearer|dpop)(?: +(.*))?$/i.exec(authorization ?? '');
  if (/(^|&)access_token=/.test(search) || (inForm && header)) return 'malformed';
  if (inForm) {
    const token = fields?.one('access_token');
    return token === undefined ? 'malformed' : { scheme: 'Bearer', token };
  }
  if (!header) return 'nothing';
  const token = header[2] ?? '';
  if (!/^[\w.~+/-]+=*$/.test(token)) return 'malformed';
  return { scheme: header[1]?.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer', token };
}

const realm = 'realm="argus"';
const algorithms = 'algs="ES256 EdDSA PS256 RS256"';
const bothSchemes = `Bearer ${realm}, DPoP ${realm}, ${algorithms}`;

/** RFC 6750 §3, RFC 9449 §7.1 and §9: what is wrong, in the terms of the scheme. A resource server says 401 to all of it. */
function refused(scheme: ShownAccess['scheme'], why: OAuthRefused): Answer {
  const { oauthError } = why;
  const parts = [
    realm,
    `error="${oauthError}"`,
    `error_description="${oauthErrors[oauthError].sentence}"`,
    ...(oauthError === 'insufficient_scope' ? ['scope="openid"'] : []),
    ...(scheme === 'DPoP' ? [algorithms] : []),
  ];
  const headers = { ...why.headers, 'www-authenticate': `${scheme} ${parts.join(', ')}` };
  return oauthRefusal({ ...why, headers, status: why.status ?? statusOf(oauthError) });
}

function statusOf(error: OAuthError): number {
  return error === 'insufficient_scope' ? 403 : 401;
}
