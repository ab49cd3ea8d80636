import type { RefusalCode, SessionId, UserId } from '@argus/contract';
import { type Client, registeredPostLogoutRedirect } from '@argus/core';
import type { Parameters } from '../../http/parameters.ts';
import type { Services } from '../../services.ts';
import { hintedClaims } from '../id-token-hint.ts';

/** What a client asks for that signs a person out (OIDC RP-Initiated Logout §2), as far as it proved to be so. */
export interface EndSessionRequest {
  readonly client: Client | null;
  /** The session that an ID token of ours names; null without one, or with one that proves nothing. */
  readonly hinted: { readonly sessionId: SessionId; readonly userId: UserId } | null;
  /** Registered for the client, character by character; null when there is nowhere to go back to. */
  readonly redirectUri: string | null;
  readonly state: string | null;
}

/** What is read of such a request; `logout_hint` and `ui_locales` are not needed here. */
export const endSessionFields = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state'] as const;

const longestState = 2_000;

/** Nobody is ever sent to an address that the client did not register: then there is a page instead. */
export async function readEndSessionRequest(
  services: Services,
  parameters: Parameters,
): Promise<EndSessionRequest | RefusalCode> {
  if (endSessionFields.some((name) => parameters.repeated.includes(name))) return 'invalid_request';
  const [hintText, clientId, redirectUri, state] = endSessionFields.map((name) => parameters.one(name));
  if ((state?.length ?? 0) > longestState) return 'invalid_request';
  const hint = hintText === undefined ? null : hintedClaims(services, hintText);
  if (hint && clientId !== undefined && clientId !== hint.aud) return 'invalid_request';
  // §4: a hint that proves nothing takes down with it what else the request says of its client.
  const named = hintText === undefined ? clientId : hint?.aud;
  const found = named === undefined ? null : await services.clients.find(named);
  const client = found?.status === 'active' ? found : null;
  if (client && redirectUri !== undefined && !registeredPostLogoutRedirect(client.settings, redirectUri))
    return 'redirect_mismatch';
  return {
    client,
    hinted: hint && { sessionId: hint.sid as SessionId, userId: hint.sub as UserId }, // we signed it
    redirectUri: client && redirectUri !== undefined ? redirectUri : null,
    state: state ?? null,
  };
}

/** Where the person goes back to, with the client's state (§3). */
export function returnAddress({ redirectUri, state }: EndSessionRequest): string | null {
  if (redirectUri === null || state === null) return redirectUri;
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${new URLSearchParams({ state })}`;
}
