import { type AdminUser, endpoints } from '@argus/contract';
import { ask } from '../ask.ts';
import type { Peer } from '../exchange.ts';
import { Failure } from '../failure.ts';

/** The user of a tenant with this address; addresses are compared as the server keeps them. */
export async function findUser(
  peer: Peer,
  { tenant, email }: { readonly tenant: string; readonly email: string },
): Promise<AdminUser> {
  const { users } = await ask(peer, endpoints.adminListUsers, { query: { tenant, email, limit: 1 } });
  const [user] = users;
  if (user) return user;
  throw new Failure(`There is no user ${email} in the tenant ${tenant}.`);
}

/** The id of the user whom a list is narrowed to; undefined when it is not. */
export async function findUserId(
  peer: Peer,
  { tenant, user: email }: { readonly tenant: string; readonly user?: string },
): Promise<string | undefined> {
  return email === undefined ? undefined : (await findUser(peer, { tenant, email })).id;
}
