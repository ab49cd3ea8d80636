import type { RefusalCode, TenantId } from '@argus/contract';
import { isOnlyContext, passwordRefusal } from '@argus/core';
import type { Services } from '../../services.ts';

/** Whose password it is to be. */
export interface PasswordOwner {
  readonly tenant: TenantId;
  /** Canonical. */
  readonly email: string;
  readonly name?: string | null | undefined;
}

/**
 * Whether a password may be set: its length, then the list that comes with the server, the words of its context, and
 * what the operator named to be asked about leaks. Null when it may; else the first refusal. Knows nothing about
 * accounts, so a known address and an unknown one take the same work.
 */
export async function judgePassword(
  services: Services,
  password: string,
  owner: PasswordOwner,
): Promise<RefusalCode | null> {
  return (await judgeOffline(services, password, owner)) ?? judgeBreached(services, password);
}

/** What can be said without asking anybody. */
export async function judgeOffline(
  services: Services,
  password: string,
  { tenant, email, name }: PasswordOwner,
): Promise<RefusalCode | null> {
  const refused = passwordRefusal(
    password,
    (await services.policies.effective(tenant)).authentication.password,
  );
  if (refused) return refused;
  const isCommon =
    isOnlyContext(password, { service: wordsOf(services), email, name }) ||
    (await services.commonPasswords.has(password));
  return isCommon ? 'password_common' : null;
}

/** What only others know: one request, so the caller counts the tries first. */
export async function judgeBreached(services: Services, password: string): Promise<RefusalCode | null> {
  return (await services.breachedPasswords?.has(password)) ? 'password_breached' : null;
}

/** The product, the host that people see, and what the operator added. */
function wordsOf({ config }: Services): readonly string[] {
  const { hostname } = new URL(config.issuer);
  return ['argus', hostname, ...hostname.split('.').slice(0, -1), ...(config.contextWords ?? [])];
}
