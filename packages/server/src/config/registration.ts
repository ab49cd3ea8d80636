/** Whether clients may register themselves (RFC 7591). */
export type Registration = 'off' | 'open';

/** Who may vouch for software (RFC 7591 §2.3), and where its keys are. */
export interface StatementIssuer {
  readonly issuer: string;
  readonly jwksUri: string;
}

export interface RegistrationSettings {
  readonly registration: Registration;
  /** When there are any, only software that one of them vouches for may register. */
  readonly statementIssuers: readonly StatementIssuer[];
}

/** Read ARGUS_CLIENT_REGISTRATION and ARGUS_SOFTWARE_STATEMENT_ISSUERS. */
export function registrationOf(
  env: { readonly registration: string | undefined; readonly statementIssuers: readonly string[] },
  mistakes: string[],
): RegistrationSettings {
  const mode = env.registration || 'off';
  if (mode !== 'off' && mode !== 'open')
    mistakes.push(`ARGUS_CLIENT_REGISTRATION must be off or open, not "${mode}"`);
  const statementIssuers = env.statementIssuers.map((text) => issuerOf(text, mistakes));
  if (statementIssuers.length > 0 && mode !== 'open')
    mistakes.push('ARGUS_SOFTWARE_STATEMENT_ISSUERS needs ARGUS_CLIENT_REGISTRATION=open beside it');
  return { registration: mode === 'open' ? 'open' : 'off', statementIssuers };
}

/** `issuer=url`, split at the first sign: issuers have none. */
function issuerOf(text: string, mistakes: string[]): StatementIssuer {
  const at = text.indexOf('=');
  const [issuer, jwksUri] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  if (issuer === '' || !isSafeUrl(jwksUri)) {
    mistakes.push(
      `ARGUS_SOFTWARE_STATEMENT_ISSUERS must list an issuer and the https address of its keys, such as https://directory.example=https://directory.example/jwks.json, not "${text}"`,
    );
  }
  return { issuer, jwksUri };
}

/** Keys that come over plain http are whoever's stands in between. */
function isSafeUrl(text: string): boolean {
  return URL.canParse(text) && (text.startsWith('https://') || loopbackUrl.test(text));
}

const loopbackUrl = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?\//;
