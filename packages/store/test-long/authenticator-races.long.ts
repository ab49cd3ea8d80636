// The same races as in every test run, a thousand rounds each.
process.env.ARGUS_RACE_ROUNDS = '1000';
await import('../test/authenticator-replay.test.ts');
await import('../test/authenticator-locks.test.ts');
await import('../test/guess-limit.test.ts');
await import('../test/sign-in-races.test.ts');
