import type { PersonExportPart } from '@argus/contract';

/** Where rows about people stand in an export, or why they stand in none. */
type Exported = { readonly exported: PersonExportPart | 'profile' } | { readonly notExported: string };
/** What an erasure does to them: deletes those that fit the condition, for tenant `$1` and user `$2`, or something else. */
type Erased =
  | { readonly deleted: string }
  | { readonly erased: 'last' | 'pseudonymised' }
  /** They go by themselves soon, and say nothing once the rest is gone. */
  | { readonly expires: string };

export type PersonTable = (Exported & Erased) | { readonly ofNobody: string };

const declared: PersonTable = { ofNobody: 'what administrators declared' };
const ofUser = { deleted: 'user_id = $2' };
const ofSession = {
  deleted: 'session_id IN (SELECT id FROM sessions WHERE tenant_id = $1 AND user_id = $2)',
};

/**
 * Every table with rows of tenants. A test compares this with the schema, so that whoever adds a table says what of it is
 * a person's, where they read it and how it goes.
 */
export const personTables: Readonly<Record<string, PersonTable>> = {
  users: { exported: 'profile', erased: 'last' },
  passwords: { exported: 'passwords', ...ofUser },
  former_passwords: {
    notExported: 'hashes of former passwords, so that none comes back; their changes stand in the audit log',
    ...ofUser,
  },
  passkeys: { exported: 'passkeys', ...ofUser },
  totps: { exported: 'authenticatorApps', ...ofUser },
  recovery_code_sets: { exported: 'recoveryCodes', ...ofUser },
  recovery_codes: { exported: 'recoveryCodes', ...ofUser },
  identities: { exported: 'identities', ...ofUser },
  devices: { exported: 'devices', ...ofUser },
  remembered_devices: { exported: 'devices', ...ofUser },
  sessions: { exported: 'sessions', ...ofUser },
  authentications: { exported: 'sessions', ...ofSession },
  grants: { exported: 'sessions', ...ofSession },
  upstream_sessions: { exported: 'sessions', ...ofSession },
  session_activity: { exported: 'sessions', ...ofSession },
  consents: { exported: 'consents', ...ofUser },
  links: { exported: 'links', ...ofUser },
  invitations: {
    exported: 'invitations',
    deleted: 'email = (SELECT email FROM users WHERE tenant_id = $1 AND id = $2)',
  },
  mails: { exported: 'mails', ...ofUser },
  recoveries: { exported: 'recoveries', ...ofUser },
  guesses: { exported: 'wrongCodes', ...ofUser },
  password_tries: { exported: 'wrongPasswords', ...ofUser },
  audit_events: { exported: 'auditEvents', erased: 'pseudonymised' },
  erasures: { notExported: 'that the person is being erased, which the profile says', erased: 'last' },
  authorization_codes: {
    notExported: 'steps of a minute on the way to a grant, which stands with its session',
    ...ofSession,
  },
  device_authorizations: {
    notExported: 'steps of minutes on the way to a grant, which stands with its session',
    ...ofSession,
  },
  sign_in_progress: { notExported: 'steps of minutes on the way to a session', ...ofUser },
  logout_deliveries: {
    notExported: 'which applications are still to hear that a session ended',
    ...ofSession,
  },
  early_ends: { notExported: 'when somebody must look whether a session has ended', ...ofSession },
  activity_events: {
    notExported: 'single reports of a few hours, of which the sums stand with each session',
    expires: 'after six hours; the session that they name is gone',
  },
  feed_pending: {
    notExported: 'what services are to hear of the end of a session, for moments',
    expires: 'when it is numbered, within a second',
  },
  feed_events: {
    notExported: 'what services heard of the end of a session',
    expires: 'with the last token of the session, within minutes: until then it keeps those tokens refused',
  },
  ended_tokens: {
    notExported: 'the numbers of tokens that ended early, for as long as they could have lived',
    expires: 'with those tokens, within the hour',
  },
  policies: { notExported: 'which administrator wrote a version', erased: 'pseudonymised' },
  imports: { notExported: 'which administrator brought people along', erased: 'pseudonymised' },
  import_pieces: {
    ofNobody: 'files of people who have no account yet, encrypted, until they are worked through',
  },
  import_refusals: { ofNobody: 'which rows of a file were refused, and why' },
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
