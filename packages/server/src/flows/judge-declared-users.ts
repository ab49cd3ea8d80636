import type { ApplyDocument, TenantId } from '@argus/contract';
import { canonicalEmail, type Mistake } from '@argus/core';
import { judgeOffline } from '../authenticators/password/judge.ts';
import { newOwner } from '../authenticators/password/owner.ts';
import { judgeImportedHash } from '../authenticators/password/stored-hash.ts';
import type { Services } from '../services.ts';

type DeclaredUser = ApplyDocument['users'][number];

/**
 * What speaks against the users of a document. Their passwords are judged by what the server knows itself: ten thousand
 * of them would be too many questions to anybody else.
 */
export async function userMistakes(services: Services, { users }: ApplyDocument): Promise<Mistake[]> {
  const mistakes: Mistake[] = [];
  const seen = new Set<string>();
  for (const [at, user] of users.entries()) {
    const email = canonicalEmail(user.email);
    const name = `${user.tenant}/${email}`;
    const path = `users.${at}`;
    if (!email) mistakes.push({ path: `${path}.email`, message: 'is not an e-mail address' });
    else if (seen.has(name)) mistakes.push({ path: `${path}.email`, message: 'is declared twice' });
    else mistakes.push(...(await passwordMistakes(services, { ...user, email }, path)));
    seen.add(name);
  }
  return mistakes;
}

async function passwordMistakes(services: Services, user: DeclaredUser, path: string): Promise<Mistake[]> {
  const { password, passwordHash } = user;
  if (password !== undefined && passwordHash !== undefined)
    return [{ path: `${path}.passwordHash`, message: 'cannot stand beside a password' }];
  if (password !== undefined) {
    const tenant = user.tenant as TenantId; // the schema gave it the form of one
    const refused = await judgeOffline(services, password, newOwner(tenant, user));
    return refused ? [{ path: `${path}.password`, message: refused }] : [];
  }
  const mistake = passwordHash === undefined ? null : judgeImportedHash(passwordHash);
  return mistake ? [{ path: `${path}.passwordHash`, message: mistake }] : [];
}
