import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { policyDocumentSchema } from '@argus/contract';
import { testDatabase } from '@argus/testing/database';
import { parse } from 'yaml';
import { argus, argusJson } from './commands.ts';
import { type Serving, serve, temporaryFolder } from './processes.ts';

const guide = readFileSync(join(import.meta.dirname, '../../../docs/sign-up.md'), 'utf8');
const blockOf = (language: string) =>
  new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(guide)?.[1] ?? '';

const stack = new AsyncDisposableStack();
const folder = stack.adopt(temporaryFolder(), (each) => each[Symbol.dispose]());
let server: Serving;
before(async () => {
  const { url } = stack.use(await testDatabase());
  server = await serve({ dataDir: join(folder.path, 'data'), env: { DATABASE_URL: url } });
  stack.defer(() => server[Symbol.asyncDispose]());
});
after(() => stack.disposeAsync());

test('the policy in the guide to sign-up is one', () => {
  const { authentication } = policyDocumentSchema.parse(parse(blockOf('yaml')));
  assert.deepEqual(authentication?.signUp, { mode: 'invite', verifyEmail: 'before-session' });
});

test('every command of the guide to sign-up does what it says, in its order', async () => {
  const commands = blockOf('sh').trimEnd().split('\n');
  assert.equal(commands.length, 4);
  const where = ['--data', server.dataDir];
  for (const command of commands) {
    const { code, out, err } = await argus([...command.replace('npx --no argus ', '').split(' '), ...where]);
    assert.equal(code, 0, `${command}: ${err}`);
    assert.doesNotMatch(out, /token=/, 'nobody but the invited sees the link');
    if (command.includes(' list')) assert.match(out, /grace@example\.org +Grace +editor +abroad/);
  }
  const { invitations } = await argusJson<{ invitations: unknown[] }>(['invitations', 'list', ...where]);
  assert.deepEqual(invitations, []);
  const again = await argus(['invitations', 'revoke', 'grace@example.org', ...where]);
  assert.deepEqual(
    [again.code, again.err],
    [1, 'argus: grace@example.org is not invited into the tenant default.\n'],
  );
});
