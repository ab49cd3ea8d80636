import { pino } from 'pino';

export type Log = Pick<ReturnType<typeof pino>, 'debug' | 'info' | 'warn' | 'error'>;

/** JSON lines on stderr; values under names that may hold a secret are never written. */
export function createLog(level: string): Log {
  const secrets = [
    'password',
    'currentPassword',
    'newPassword',
    'token',
    'secret',
    'cookie',
    'authorization',
    'phc',
    'client_secret',
    'clientSecret',
    'client_assertion',
    'code_verifier',
    'access_token',
    'refresh_token',
    'id_token',
    'logout_token',
    'subject_token',
    'device_code',
    'user_code',
    'dpop',
    // PostgreSQL quotes whole rows there.
    'detail',
    'where',
  ];
  return pino(
    {
      level,
      base: null,
      redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[secret]' },
    },
    pino.destination(2),
  );
}
