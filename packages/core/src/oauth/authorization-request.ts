import type { AssuranceLevel, ClientId, Prompt, ResourceId, ResponseMode } from '@argus/contract';

/** An authorization request that was found good (RFC 6749 §4.1.1, OIDC Core §3.1.2.1). */
export interface AuthorizationRequest {
  readonly clientId: ClientId;
  /** As it was sent, and registered. */
  readonly redirectUri: string;
  readonly responseMode: ResponseMode;
  readonly state: string | null;
  /** Only scopes that the client may ask for and that exist; never empty for an OpenID request. */
  readonly scope: readonly string[];
  readonly nonce: string | null;
  /** S256 (RFC 7636 §4.2); null only for a client that is exempt. */
  readonly codeChallenge: string | null;
  readonly resources: readonly ResourceId[];
  readonly prompt: readonly Prompt[];
  readonly maxAgeSeconds: number | null;
  /** In the order of preference; levels that Argus does not know are left out. */
  readonly acrValues: readonly AssuranceLevel[];
  readonly loginHint: string | null;
  readonly uiLocales: readonly string[];
  /** RFC 9449 §10: the thumbprint that the code is bound to. */
  readonly dpopJkt: string | null;
  /** The raw `id_token_hint`, to be verified by the server. */
  readonly idTokenHint: string | null;
}
