import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launchBrowser } from '@argus/testing';
import type { Browser } from 'playwright-core';
import { openStage, type Stage } from './stage.ts';
import { visit } from './visitor.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

let browser: Browser;
let stage: Stage;
/** The guide as it reads on this machine at this moment: ports are those that are free. */
let guide: string;
let urls: string[];
before(async () => {
  [browser, stage] = await Promise.all([launchBrowser(), openStage()]);
  guide = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  guide = guide.replaceAll('http://localhost:8100', stage.issuer);
  urls = await Promise.all([8301, 8302, 8303].map(() => stage.place()));
  for (const [at, url] of urls.entries()) {
    // On the site of Argus itself, as a reader has it.
    urls[at] = url.replace('127.0.0.1', 'localhost');
    guide = guide.replaceAll(`http://localhost:830${at + 1}`, urls[at]);
  }
});
after(async () => {
  await browser?.close();
  await stage?.[Symbol.asyncDispose]();
});

function blocks(language: string): string[] {
  return [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, text = '']) => text,
  );
}

/** Run a command of the guide; the shell becomes the command, so that it can be stopped. */
function run(command: string): ChildProcess {
  return spawn('sh', ['-c', `exec env ${command}`], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
}

/** All that a process says, until it ends or until it said what is waited for. */
async function said(child: ChildProcess, awaited?: string): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += chunk;
    if (awaited !== undefined && text.includes(awaited)) break;
  }
  return text;
}

test('whoever follows the guide signs in at all three, asked for the password once', async () => {
  const [document = '', ...others] = blocks('yaml');
  const [apply = '', ...starts] = blocks('sh');
  assert.deepEqual([others.length, starts.length], [0, 3]);
  const file = join(stage.dataDir, 'clients.yaml');
  await writeFile(file, document);
  const applied = await said(
    run(`${apply.trim().replace('clients.yaml', file)} --data ${stage.dataDir} --url ${stage.issuer}`),
  );
  assert.equal(applied.match(/\+ create client/g)?.length, 3, applied);
  assert.match(applied, /warning/);
  await using stack = new AsyncDisposableStack();
  for (const [at, command] of starts.entries()) {
    const child = run(command);
    stack.defer(() => void child.kill());
    assert.match(await said(child, '\n'), new RegExp(`Listening on ${urls[at]}`));
  }
  await using visitor = await visit(browser, stage);
  for (const [at, url] of urls.entries()) {
    await visitor.page.goto(url);
    await visitor.page.getByText('Sign in', { exact: true }).click();
    if (at === 0) await visitor.signIn();
    await visitor.decide('Allow');
    await visitor.isGreeted();
  }
  const [web = '', page = ''] = urls;
  await visitor.page.goto(web);
  await visitor.page.getByText('Sign out', { exact: true }).click();
  await visitor.isUnknown();
  await visitor.page.goto(page);
  await visitor.isUnknown();
  await visitor.page.getByText('Sign in', { exact: true }).click();
  await visitor.isAsked();
});
