// The same crash as in every test run, a hundred times.
process.env.ARGUS_CRASH_ROUNDS = '100';
await import('../test/crash-between-commit-and-answer.test.ts');
