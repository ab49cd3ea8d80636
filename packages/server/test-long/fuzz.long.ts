// The same junk as in every test run, forty thousand requests of each kind.
process.env.ARGUS_JUNK_RUNS = '40000';
await import('../test/junk-requests.test.ts');
