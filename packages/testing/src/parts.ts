import { createHash } from 'node:crypto';
import { balanced, type Policy } from '@argus/core';
import type { PasswordHasher } from '@argus/server';

const hashOf = (password: string) => `cheap:${createHash('sha256').update(password).digest('hex')}`;

/** A hasher that costs nothing, for tests whose subject is not the hash. */
export const cheapPasswords: PasswordHasher = {
  hash: async (password) => hashOf(password),
  // One with `old` before it was made in another way, as an imported hash is.
  verify: async (phc, password) => phc?.replace(/^old /, '') === hashOf(password),
  hashRaw: async (text, salt) => createHash('sha256').update(salt).update(text).digest(),
  isCurrent: (phc) => !phc.startsWith('old '),
  load: () => 0,
};

/** `balanced` without a retry window, as the strict presets have it for unbound grants. */
export const strictRetry: Policy = {
  ...balanced,
  tokens: { ...balanced.tokens, refresh: { retryWindowSeconds: 0 } },
};
