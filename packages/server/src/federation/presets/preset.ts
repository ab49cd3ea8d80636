import type { ProviderSettings } from '@argus/contract';
import type { ServerMetadata } from 'openid-client';

/** What one kind of provider does otherwise than OpenID Connect says; a new kind is one file and its line in the index. */
export interface Preset {
  /** Its endpoints, where it publishes none; otherwise they are discovered. */
  readonly metadata?: (settings: ProviderSettings) => ServerMetadata;
  /** Whether what was discovered may speak for the declared issuer; absent: only the very same text (OIDC Discovery §4.3). */
  readonly speaksFor?: (settings: ProviderSettings, issuer: string) => boolean;
  /** Whether these claims come from who they say; asked once the library has found nothing wrong. */
  readonly isCredible?: (claims: Claims) => boolean;
  /** What the authorization request holds beyond what all of them hold. */
  readonly asks: (settings: ProviderSettings, wish: Wish) => Readonly<Record<string, string>>;
  /** Who the person is there, by what an ID token and userinfo claim. */
  readonly profile: (claims: Claims) => Profile;
  /** The claims of a provider that has no ID tokens. `get` fetches JSON from it with the access token. */
  readonly fetchClaims?: (settings: ProviderSettings, get: GetJson) => Promise<Claims>;
}

export type Claims = Readonly<Record<string, unknown>>;
export type GetJson = (url: string) => Promise<unknown>;

/** What Argus would like the provider to do. */
export interface Wish {
  /** Who is expected; null when nobody said. */
  readonly loginHint: string | null;
  /** The person must prove again who they are, whatever session there is. */
  readonly isFresh: boolean;
  /** It understands the `claims` parameter (OIDC Core §5.5). */
  readonly takesClaims: boolean;
}

export interface Profile {
  readonly email: string | null;
  readonly isEmailConfirmed: boolean;
  readonly name: string | null;
}
