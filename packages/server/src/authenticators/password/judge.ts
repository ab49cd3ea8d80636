import type { RefusalCode } from '@argus/contract';
import { isOnlyContext, passwordRefusal, passwordRuleOf } from '@argus/core';
import { formerPasswords } from '@argus/store';
import type { Services } from '../../services.ts';
import type { PasswordOwner } from './owner.ts';

/**
 * Whether a password may be set: its form, then the list that comes with the server and the words of its context, then
 * what its owner had before, and last what the operator named to be asked about leaks. Null when it may; else the first
 * refusal.
 */
export async function judgePassword(
  services: Services,
  password: string,
  owner: PasswordOwner,
): Promise<RefusalCode | null> {
  return (
    (await judgeOffline(services, password, owner)) ??
    (await judgeFormer(services, password, owner)) ??
    judgeBreached(services, password, owner)
  );
}

/**
 * What can be said without asking anybody. Knows nothing about accounts, so a known address and an unknown one take the
 * same work.
 */
export async function judgeOffline(
  services: Services,
  password: string,
  { tenant, subject, hasSecondFactor, email, name }: PasswordOwner,
): Promise<RefusalCode | null> {
  const { authentication } = await services.policies.effective(tenant, subject);
  const refused = passwordRefusal(password, passwordRuleOf(authentication, hasSecondFactor));
  if (refused) return refused;
  if (!authentication.password.usesBlocklist) return null;
  const isCommon =
    isOnlyContext(password, { service: wordsOf(services), email, name }) ||
    (await services.commonPasswords.has(password));
  return isCommon ? 'password_common' : null;
}

/** What only others know: one request, so the caller counts the tries first. */
export async function judgeBreached(
  services: Services,
  password: string,
  { tenant, subject }: Pick<PasswordOwner, 'tenant' | 'subject'>,
): Promise<RefusalCode | null> {
  const { usesBreachCheck } = (await services.policies.effective(tenant, subject)).authentication.password;
  if (!usesBreachCheck) return null;
  return (await services.breachedPasswords?.has(password)) ? 'password_breached' : null;
}

/** One hash for each that is kept and one for the present one: policy keeps 24 at most. */
async function judgeFormer(
  services: Services,
  password: string,
  { tenant, subject, had }: PasswordOwner,
): Promise<RefusalCode | null> {
  if (!had) return null;
  const { history } = (await services.policies.effective(tenant, subject)).authentication.password;
  if (history === 0) return null;
  const former = await formerPasswords(services.store.pool, tenant, { userId: had.userId, limit: history });
  for (const phc of had.phc === null ? former : [had.phc, ...former])
    if (await services.passwords.verify(phc, password, 'known')) return 'password_reused';
  return null;
}

/** The product, the host that people see, and what the operator added. */
function wordsOf({ config }: Services): readonly string[] {
  const { hostname } = new URL(config.issuer);
  return ['argus', hostname, ...hostname.split('.').slice(0, -1), ...(config.contextWords ?? [])];
}
