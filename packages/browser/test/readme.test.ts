import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { browserEnvironment } from '../src/services/environment.ts';
import { balanced, createFakeServer } from './fake-server.ts';

const textOf = (file: string): Promise<string> => readFile(new URL(file, import.meta.url), 'utf8');

test('the examples of the README are those that are type-checked and run here', async () => {
  const readme = await textOf('../README.md');
  assert.deepEqual(
    [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code),
    [await textOf('readme-example.ts'), await textOf('readme-step-up-example.ts')],
  );
});

test('the example of the README shows who is signed in and loads their notes', async () => {
  const origin = 'https://notes.example';
  const server = createFakeServer(browserEnvironment().clock.now, balanced);
  const jar = server.signIn();
  Object.assign(globalThis, {
    location: { origin },
    fetch: async (input: string, { method = 'GET' }: RequestInit = {}) => {
      const path = new URL(input, origin).pathname;
      return server.answer({ method, path, body: {}, tab: 'one', jar }).response;
    },
  });
  const { loadNotes, page, session } = await import('./readme-example.ts');
  assert.equal(page.title, 'One moment');
  assert.equal(await loadNotes(), 'a note');
  assert.equal(page.title, 'Hello Ada');
  session.stop();
});
