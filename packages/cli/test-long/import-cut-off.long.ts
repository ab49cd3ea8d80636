// The same cuts as in every test run, with a hundred thousand people.
process.env.ARGUS_IMPORT_PEOPLE = '100000';
await import('../test/import-cut-off.test.ts');
