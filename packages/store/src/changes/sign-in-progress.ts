import type { Change } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import type { Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

// The bucket and the end of it in one guarded statement: of any number of guesses at once no more than that pass.
export const takeGuess: Write<Of<'take-guess'>> = ({ use, userId, isKnownDevice, limit, at }) => ({
  name: 'take-guess',
  text: `
    INSERT INTO guesses AS g (tenant_id, user_id, use, is_known_device, full_at, in_a_row)
    SELECT $1, u.id, $3, $4, $5::timestamptz + $6::integer * interval '1 second', 1 FROM users u
    WHERE u.tenant_id = $1 AND u.id = $2
    ON CONFLICT (tenant_id, user_id, use, is_known_device) DO UPDATE
      SET full_at = GREATEST(g.full_at, $5) + $6::integer * interval '1 second', in_a_row = g.in_a_row + 1
      WHERE GREATEST(g.full_at, $5) + $6::integer * interval '1 second' <= $5 + $7::integer * interval '1 second'
        AND g.in_a_row < $8`,
  values: [
    userId,
    use,
    isKnownDevice,
    timestamp(at),
    limit.everySeconds,
    limit.burst * limit.everySeconds,
    limit.most,
  ],
  expects: 1,
});

export const forgetGuesses: Write<Of<'forget-guesses'>> = ({ use, userId, isKnownDevice }) => ({
  name: 'forget-guesses',
  text: `DELETE FROM guesses WHERE tenant_id = $1 AND user_id = $2 AND use = $3
    AND ($4::boolean IS NULL OR is_known_device = $4)`,
  values: [userId, use, isKnownDevice],
  expects: 0,
});

export const rememberDevice: Write<Of<'remember-device'>> = ({ userId, deviceId, until }) => ({
  name: 'remember-device',
  text: `
    INSERT INTO remembered_devices (tenant_id, device_id, user_id, expires_at)
    SELECT $1, d.id, d.user_id, $4 FROM devices d WHERE d.tenant_id = $1 AND d.id = $3 AND d.user_id = $2
    ON CONFLICT (tenant_id, device_id) DO UPDATE SET expires_at = EXCLUDED.expires_at`,
  values: [userId, deviceId, timestamp(until)],
  expects: 1,
});

export const forgetDevices: Write<Of<'forget-devices'>> = ({ userId }) => ({
  name: 'forget-devices',
  text: 'DELETE FROM remembered_devices WHERE tenant_id = $1 AND user_id = $2',
  values: [userId],
  expects: 0,
});

export const beginSignIn: Write<Of<'begin-sign-in'>> = ({ progress }) => ({
  name: 'begin-sign-in',
  text: `
    INSERT INTO sign_in_progress (tenant_id, attempt_hash, user_id, proofs, password_mark, details, created_at, expires_at)
    SELECT $1, $2, u.id, $4, $5, $6, $7, $8 FROM users u JOIN tenants t ON t.id = u.tenant_id
    WHERE u.tenant_id = $1 AND u.id = $3 AND u.status = 'active' AND t.status = 'active'
    ON CONFLICT (tenant_id, attempt_hash) DO NOTHING`,
  values: [
    progress.attemptHash,
    progress.userId,
    JSON.stringify(progress.proofs),
    progress.passwordMark,
    JSON.stringify(progress.details),
    timestamp(progress.createdAt),
    timestamp(progress.expiresAt),
  ],
  expects: 1,
});

// Of two that go on from one proof only one gets anywhere.
export const finishSignIn: Write<Of<'finish-sign-in'>> = ({ attemptHash, userId }) => ({
  name: 'finish-sign-in',
  text: 'DELETE FROM sign_in_progress WHERE tenant_id = $1 AND attempt_hash = $2 AND user_id = $3',
  values: [attemptHash, userId],
  expects: 1,
});
