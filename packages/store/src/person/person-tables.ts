import type { PersonExportPart } from '@argus/contract';

/** What one table holds of people: where it stands in the export of a person, or why it stands nowhere. */
export type PersonTable =
  | { readonly exported: PersonExportPart | 'profile' }
  | { readonly notExported: string }
  /** No row is a person's. */
  | { readonly ofNobody: string };

const declared: PersonTable = { ofNobody: 'what administrators declared' };

/**
 * Every table with rows of tenants. A test compares this with the schema, so that whoever adds a table says what of it is
 * a person's.
 */
export const personTables: Readonly<Record<string, PersonTable>> = {
  users: { exported: 'profile' },
  passwords: { exported: 'passwords' },
  passkeys: { exported: 'passkeys' },
  totps: { exported: 'authenticatorApps' },
  recovery_code_sets: { exported: 'recoveryCodes' },
  recovery_codes: { exported: 'recoveryCodes' },
  identities: { exported: 'identities' },
  devices: { exported: 'devices' },
  remembered_devices: { exported: 'devices' },
  sessions: { exported: 'sessions' },
  authentications: { exported: 'sessions' },
  grants: { exported: 'sessions' },
  upstream_sessions: { exported: 'sessions' },
  session_activity: { exported: 'sessions' },
  consents: { exported: 'consents' },
  links: { exported: 'links' },
  mails: { exported: 'mails' },
  recoveries: { exported: 'recoveries' },
  guesses: { exported: 'wrongCodes' },
  audit_events: { exported: 'auditEvents' },
  activity_events: {
    notExported: 'single reports of a few hours, of which the sums stand with each session',
  },
  authorization_codes: {
    notExported: 'steps of a minute on the way to a grant, which stands with its session',
  },
  device_authorizations: {
    notExported: 'steps of minutes on the way to a grant, which stands with its session',
  },
  sign_in_progress: { notExported: 'steps of minutes on the way to a session' },
  logout_deliveries: { notExported: 'which applications are still to hear that a session ended' },
  feed_pending: { notExported: 'what services are to hear of the end of a session, for moments' },
  feed_events: {
    notExported: 'what services heard of the end of a session, for as long as its tokens could live',
  },
  ended_tokens: {
    notExported: 'the numbers of tokens that ended early, for as long as they could have lived',
  },
  policies: declared,
  clients: declared,
  resources: declared,
  providers: declared,
  services: declared,
  service_keys: declared,
  tenant_hosts: declared,
  tenant_domains: declared,
  pushed_requests: { ofNobody: 'what applications ask, for seconds, before it is known who answers' },
  marks: { ofNobody: 'hashes of what may be shown only once' },
  signing_keys: { ofNobody: 'keys' },
  feeds: { ofNobody: 'where the feed of a tenant ends' },
};
