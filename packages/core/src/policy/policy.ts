/** What an administrator may decide. Until policy documents exist every tenant has the `balanced` preset. */
export interface Policy {
  readonly session: SessionPolicy;
  readonly tokens: TokenPolicy;
  readonly authentication: { readonly password: PasswordPolicy };
}

export interface SessionPolicy {
  /** A session ends this long after the last activity. */
  readonly idleSeconds: number;
  /** A session ends this long after it began, whatever happens. */
  readonly absoluteSeconds: number;
  readonly concurrent: { readonly max: number };
}

export interface TokenPolicy {
  readonly accessSeconds: number;
  readonly refresh: {
    /** How long after a rotation the caller who may have lost the answer can ask again; 0 never. */
    readonly retryWindowSeconds: number;
  };
}

export interface PasswordPolicy {
  /** Code points. */
  readonly minLength: number;
  readonly maxLength: number;
}
