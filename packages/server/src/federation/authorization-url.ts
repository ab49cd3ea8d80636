import type { Provider } from '@argus/core';
import { buildAuthorizationUrl, calculatePKCECodeChallenge } from 'openid-client';
import type { Services } from '../services.ts';
import { presets } from './presets/index.ts';
import type { Wish } from './presets/preset.ts';
import { askUpstream, isUpstreamFailure, type UpstreamFailure } from './upstream-failure.ts';

export interface AuthorizationAsk {
  readonly provider: Provider;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly wish: Omit<Wish, 'takesClaims'>;
}

/** Where a browser is sent to be asked who is there (RFC 6749 §4.1.1, RFC 7636 §4.3, OIDC Core §3.1.2.1). */
export async function authorizationUrl(
  services: Services,
  ask: AuthorizationAsk,
): Promise<URL | UpstreamFailure> {
  const { provider, state, nonce, verifier, wish } = ask;
  const { settings } = provider;
  const upstream = await services.upstreams.find(provider);
  if (isUpstreamFailure(upstream)) return upstream;
  const takesClaims = upstream.metadata.claims_parameter_supported === true;
  const challenge = await calculatePKCECodeChallenge(verifier);
  return askUpstream(async () =>
    buildAuthorizationUrl(await upstream.configure(null), {
      ...presets[settings.preset].asks(settings, { ...wish, takesClaims }),
      redirect_uri: redirectUri(services, provider),
      scope: settings.scopes.join(' '),
      state,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...(upstream.keys ? { nonce } : {}),
    }),
  );
}

/** One for each provider: an answer that arrives at another one's was mixed up (RFC 9700 §4.4.2.2). */
export function redirectUri({ config }: Pick<Services, 'config'>, { id }: Pick<Provider, 'id'>): string {
  return `${config.issuer}/sign-in/federated/${id}/callback`;
}
