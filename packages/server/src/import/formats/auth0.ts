import { type Auth0Hash, type Auth0User, auth0UserSchema } from '@argus/contract';
import type { Mistake } from '@argus/core';
import { phcBase64 } from '../hash-text.ts';
import { firstMistake } from '../mistake.ts';
import { readJson } from '../records/json.ts';
import { type Format, type Told, type Translated, wholeName } from './format.ts';

/** Users as Auth0 writes them: a line each in its exports, a list in the form in which it imports them. */
export const auth0: Format = {
  read: readJson,
  personOf(value): Translated {
    const read = auth0UserSchema.safeParse(value);
    return read.success ? told(read.data) : firstMistake(read.error);
  },
};

function told(user: Auth0User): Translated {
  const password = passwordOf(user);
  if (typeof password === 'object') return password;
  const secrets = (user.mfa_factors ?? []).flatMap(({ totp }) => (totp ? [totp.secret] : []));
  if (secrets.length > 1) return { path: 'mfa_factors', message: 'has more than one secret for codes' };
  // Where nobody gave a name, Auth0 puts the address there.
  const name = user.name === user.email ? null : user.name;
  const person: Told = {
    email: user.email ?? '',
    name: name ?? wholeName(user.given_name, user.family_name),
    emailVerified: user.email_verified ?? false,
    disabled: user.blocked ?? false,
    passwordHash: password,
    totpSecret: secrets[0],
    createdAt: user.created_at,
  };
  return { person };
}

function passwordOf(user: Auth0User): string | undefined | Mistake {
  const bcrypt = user.password_hash ?? user.passwordHash;
  if (!user.custom_password_hash) return bcrypt ?? undefined;
  if (bcrypt) return { path: 'custom_password_hash', message: 'cannot stand beside another hash' };
  return hashOf(user.custom_password_hash);
}

function hashOf({ algorithm, hash, salt, ...costs }: Auth0Hash): string | Mistake {
  switch (algorithm) {
    case 'bcrypt':
    case 'argon2':
      return hash.value;
    case 'pbkdf2':
      // Auth0 wants the length of the hash said, which the hash says by itself.
      return hash.value.replace(/^(\$pbkdf2-[a-z0-9]+\$i=\d+),l=\d+\$/, '$1$');
    case 'scrypt': {
      const parts = [
        bytesIn(salt?.value, salt?.encoding ?? 'utf8'),
        bytesIn(hash.value, hash.encoding ?? 'base64'),
      ];
      const { cost = 16_384, blockSize = 8, parallelization = 1 } = costs;
      return `$scrypt$ln=${Math.log2(cost)},r=${blockSize},p=${parallelization}$${parts.map(phcBase64).join('$')}`;
    }
    default:
      return { path: 'custom_password_hash.algorithm', message: 'is of no kind that is taken' };
  }
}

function bytesIn(text: string | undefined, encoding: 'base64' | 'hex' | 'utf8'): Buffer {
  return Buffer.from(text ?? '', encoding);
}
