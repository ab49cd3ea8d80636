import { signingAlgorithms } from '@argus/contract';
import { canonicalEmail, type Provider, type UpstreamAuthentication } from '@argus/core';
import { foreignKeyIdOf, type JwksSource, verifyForeign } from '@argus/tokens';
import {
  authorizationCodeGrant,
  type Configuration,
  fetchProtectedResource,
  fetchUserInfo,
  type ServerMetadata,
} from 'openid-client';
import { openProviderSecret } from '../flows/provider-secret.ts';
import type { Services } from '../services.ts';
import { redirectUri } from './authorization-url.ts';
import { presets } from './presets/index.ts';
import type { Claims, Profile } from './presets/preset.ts';
import { readUpstreamClaims } from './upstream-claims.ts';
import {
  askUpstream,
  isUpstreamFailure,
  refusedThere,
  UpstreamDown,
  type UpstreamFailure,
} from './upstream-failure.ts';

/** What came back with the browser, and what only this browser's own request knew. */
export interface CallbackShown {
  readonly provider: Provider;
  /** The query of the callback as it came. */
  readonly search: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Somebody whom a provider has vouched for, with everything checked. */
export interface Vouched {
  readonly issuer: string;
  readonly subject: string;
  readonly sid: string | null;
  readonly said: UpstreamAuthentication;
  /** The address as the ID token tells it. */
  readonly email: string | null;
  /** Address and name; asked of userinfo only when the ID token is silent, and only by who needs them. */
  profile(): Promise<Profile | UpstreamFailure>;
}

/** Turn the answer of a provider into a person, or into why not. */
export async function exchangeCode(
  services: Services,
  shown: CallbackShown,
): Promise<Vouched | UpstreamFailure> {
  const { provider } = shown;
  const secret = openProviderSecret(services, provider);
  if (secret === null && provider.sealedSecret !== null) return refusedThere('no-secret');
  const upstream = await services.upstreams.find(provider);
  if (isUpstreamFailure(upstream)) return upstream;
  if (isMixedUp(shown.search, upstream.metadata)) return refusedThere('wrong-issuer');
  const configuration = await askUpstream(() => upstream.configure(secret));
  if (isUpstreamFailure(configuration)) return configuration;
  const tokens = await redeem(services, shown, { configuration, isOpenId: upstream.keys !== null });
  if (isUpstreamFailure(tokens)) return tokens;
  const asked = { provider, configuration, accessToken: tokens.access_token };
  if (upstream.keys === null) return vouchedByApi(asked);
  const idToken = tokens.id_token ?? '';
  const forged = await signatureFailure(upstream.keys, idToken);
  if (forged) return forged;
  const claims: Claims = tokens.claims() ?? {};
  const { isCredible } = presets[provider.settings.preset];
  if (isCredible && !isCredible(claims)) return refusedThere('wrong-claim', 'iss');
  return vouched(asked, claims, typeof claims.iss === 'string' ? claims.iss : '');
}

/** RFC 9207 §2.4: whoever says that it names itself must do so, and nobody may name another one. */
function isMixedUp(search: string, metadata: ServerMetadata): boolean {
  const named = new URLSearchParams(search).getAll('iss');
  if (named.length === 0) return metadata.authorization_response_iss_parameter_supported === true;
  return named.some((issuer) => issuer !== metadata.issuer);
}

function redeem(
  services: Services,
  { provider, search, state, nonce, verifier }: CallbackShown,
  { configuration, isOpenId }: { readonly configuration: Configuration; readonly isOpenId: boolean },
) {
  const arrived = new URL(redirectUri(services, provider));
  arrived.search = search;
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: state,
    ...(isOpenId ? { expectedNonce: nonce, idTokenExpected: true } : {}),
  };
  return askUpstream(() => authorizationCodeGrant(configuration, arrived, checks));
}

/** OIDC Core §3.1.3.7: by a key of the provider, fetched once more if it is one that nobody has seen yet. */
async function signatureFailure(keys: JwksSource, idToken: string): Promise<UpstreamFailure | null> {
  await keys.load(foreignKeyIdOf(idToken));
  const expected = { types: ['JWT', 'jwt', undefined], algorithms: signingAlgorithms };
  const proven = verifyForeign(keys, idToken, expected);
  if (proven.ok) return null;
  if (proven.rejection !== 'unknown-key') return refusedThere('bad-signature', proven.rejection);
  const { keys: known } = keys.state();
  // Without any key it is the provider that is in trouble, not its token.
  return known === 0 ? { upstream: 'down', reason: 'unreachable' } : refusedThere('unknown-key');
}

interface Asking {
  readonly provider: Provider;
  readonly configuration: Configuration;
  readonly accessToken: string;
}

function vouched(asking: Asking, claims: Claims, issuer: string): Vouched | UpstreamFailure {
  const { provider, configuration, accessToken } = asking;
  const read = readUpstreamClaims(claims);
  if (!read) return refusedThere('bad-subject');
  const preset = presets[provider.settings.preset];
  const inside = preset.profile(claims);
  const hasMore = configuration.serverMetadata().userinfo_endpoint !== undefined;
  return {
    issuer,
    ...read,
    email: inside.email === null ? null : canonicalEmail(inside.email),
    async profile() {
      if (inside.email !== null || !hasMore) return inside;
      const told = await askUpstream(() => fetchUserInfo(configuration, accessToken, read.subject));
      return isUpstreamFailure(told) ? told : preset.profile({ ...claims, ...told });
    },
  };
}

/** A provider without ID tokens tells who somebody is to whoever holds the access token that it has just given. */
async function vouchedByApi(asking: Asking): Promise<Vouched | UpstreamFailure> {
  const { provider, configuration, accessToken } = asking;
  const { settings } = provider;
  const get = async (url: string): Promise<unknown> => {
    const headers = new Headers({ accept: 'application/json' });
    const answer = await fetchProtectedResource(
      configuration,
      accessToken,
      new URL(url),
      'GET',
      null,
      headers,
    );
    if (answer.status !== 200) throw new UpstreamDown('bad-status');
    return answer.json();
  };
  const claims = await askUpstream(
    async () => (await presets[settings.preset].fetchClaims?.(settings, get)) ?? {},
  );
  return isUpstreamFailure(claims) ? claims : vouched(asking, claims, settings.issuer);
}
