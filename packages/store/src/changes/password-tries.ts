import type { Change } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import type { Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

export const forgetPasswordTries: Write<Of<'forget-password-tries'>> = ({ userId, isKnownDevice }) => ({
  name: 'forget-password-tries',
  text: `DELETE FROM password_tries WHERE tenant_id = $1 AND user_id = $2
    AND ($3::boolean IS NULL OR is_known_device = $3)`,
  values: [userId, isKnownDevice],
  expects: 0,
});

export const expectUnlocked: Write<Of<'expect-unlocked'>> = ({ userId, isKnownDevice, at }) => ({
  name: 'expect-unlocked',
  text: `SELECT $2::uuid AS id WHERE NOT EXISTS (
    SELECT FROM password_tries
    WHERE tenant_id = $1 AND user_id = $2 AND is_known_device = $3 AND locked_until > $4)`,
  values: [userId, isKnownDevice, timestamp(at)],
  expects: 1,
});
