/** The environment as it was found: strings only, nothing judged yet. */
export interface Environment {
  readonly issuer: string | undefined;
  readonly port: string | undefined;
  readonly host: string | undefined;
  readonly dataDir: string | undefined;
  readonly masterKey: string | undefined;
  readonly origins: string | undefined;
  readonly trustedProxies: string | undefined;
  readonly databaseUrl: string | undefined;
  readonly logLevel: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly registration?: string | undefined;
  readonly statementIssuers?: string | undefined;
  readonly smtpUrl?: string | undefined;
  readonly mailFrom?: string | undefined;
  readonly rpId?: string | undefined;
  readonly passkeyMetadata?: string | undefined;
  readonly passkeyMetadataRoots?: string | undefined;
  readonly contextWords?: string | undefined;
  readonly breachedPasswordsUrl?: string | undefined;
  readonly privateUpstreams?: string | undefined;
}

export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  return {
    issuer: env.ARGUS_ISSUER,
    port: env.ARGUS_PORT,
    host: env.ARGUS_HOST,
    dataDir: env.ARGUS_DATA,
    masterKey: env.ARGUS_MASTER_KEY,
    origins: env.ARGUS_ORIGINS,
    trustedProxies: env.ARGUS_TRUSTED_PROXIES,
    databaseUrl: env.DATABASE_URL,
    logLevel: env.ARGUS_LOG_LEVEL,
    tlsCert: env.ARGUS_TLS_CERT,
    tlsKey: env.ARGUS_TLS_KEY,
    registration: env.ARGUS_CLIENT_REGISTRATION,
    statementIssuers: env.ARGUS_SOFTWARE_STATEMENT_ISSUERS,
    smtpUrl: env.ARGUS_SMTP_URL,
    mailFrom: env.ARGUS_MAIL_FROM,
    rpId: env.ARGUS_RP_ID,
    passkeyMetadata: env.ARGUS_PASSKEY_METADATA,
    passkeyMetadataRoots: env.ARGUS_PASSKEY_METADATA_ROOTS,
    contextWords: env.ARGUS_CONTEXT_WORDS,
    breachedPasswordsUrl: env.ARGUS_BREACHED_PASSWORDS_URL,
    privateUpstreams: env.ARGUS_PRIVATE_UPSTREAMS,
  };
}
