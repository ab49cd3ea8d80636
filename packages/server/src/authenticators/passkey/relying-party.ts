/** Whom passkeys are made for: this server, as browsers and authenticators know it (WebAuthn §4). */
export interface RelyingParty {
  /** A domain; passkeys work on it and below, and are lost when it changes. */
  readonly rpId: string;
  /** What a person is shown. */
  readonly rpName: string;
  /** Where a ceremony may happen: scheme, host and port, compared as they are. */
  readonly origins: readonly string[];
  /** Pages that may hold ours in a frame and begin a ceremony there; none unless named. */
  readonly topOrigins?: readonly string[];
}

/** What `/.well-known/webauthn` on the `rpId` answers, so that other domains of the same house share its passkeys (WebAuthn §5.11). */
export function relatedOrigins({ origins }: Pick<RelyingParty, 'origins'>): {
  readonly origins: readonly string[];
} {
  return { origins: [...new Set(origins)] };
}
