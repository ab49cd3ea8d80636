// The same races as in every test run, a thousand rounds each.
process.env.ARGUS_RACE_ROUNDS = '1000';
await import('../test/code-races.test.ts');
await import('../test/oauth-races.test.ts');
await import('../test/last-way-in.test.ts');
await import('../test/lock-order.test.ts');
await import('../test/claim-and-append.test.ts');
