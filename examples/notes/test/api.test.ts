import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { createNotes, noteLength } from '../src/notes.ts';
import { isArgusPath } from './proxy.ts';
import { openStage, password, type Stage } from './stage.ts';

let stage: Stage;
let person: UserAgent;
before(async () => {
  stage = await openStage();
  person = await signedIn();
});
after(() => stage?.[Symbol.asyncDispose]());

async function signedIn(): Promise<UserAgent> {
  const identifier = await stage.newPerson();
  const agent = userAgent({ url: stage.origin }, { origin: stage.origin });
  assert.equal((await agent.call('signIn', { body: { identifier, password } })).status, 200);
  return agent;
}

function post(agent: UserAgent, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return agent.fetch('/notes', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

test('without a session the notes answer 401 with a challenge', async () => {
  const answer = await fetch(`${stage.origin}/notes`);
  assert.equal(answer.status, 401);
  assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer realm=/);
});

test('a page of another origin cannot write a note with the cookie', async () => {
  const foreign = { origin: 'http://evil.localhost', 'sec-fetch-site': 'cross-site' };
  assert.equal((await post(person, '{"text":"planted"}', foreign)).status, 403);
});

test('one person never sees or deletes the notes of another', async () => {
  const made = await post(person, '{"text":"mine"}');
  assert.equal(made.status, 201);
  const { id } = (await made.json()) as { id: string };
  const other = await signedIn();
  assert.deepEqual(await (await other.fetch('/notes')).json(), { notes: [] });
  assert.equal((await other.fetch(`/notes/${id}`, { method: 'DELETE' })).status, 404);
  assert.equal((await person.fetch(`/notes/${id}`, { method: 'DELETE' })).status, 204);
});

const broken: [string, string, number][] = [
  ['an empty note', '{"text":"  "}', 422],
  ['a note that is too long', JSON.stringify({ text: 'x'.repeat(noteLength + 1) }), 422],
  ['a note that is no text', '{"text":["a"]}', 422],
  ['malformed JSON', '{"text":', 400],
  ['an oversized body', JSON.stringify({ text: 'x'.repeat(20_000) }), 413],
];
for (const [what, body, status] of broken) {
  test(`${what} is answered ${status} as a problem, without a stack trace`, async () => {
    const answer = await post(person, body);
    assert.equal(answer.status, status);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.deepEqual(Object.keys((await answer.json()) as object), ['title', 'status']);
  });
}

test('the administration of Argus is not forwarded', async () => {
  const answer = await person.fetch('/admin/v1/users');
  assert.deepEqual(await answer.json(), { title: 'There is nothing here.', status: 404 });
  for (const path of [
    '/admin/v1/users',
    '/metrics',
    '/health/ready',
    '/api/../admin/v1/users',
    '/account.html',
  ])
    assert.equal(isArgusPath(path), false, path);
  for (const path of ['/sign-in', '/account', '/account/password', '/api/session', '/.well-known/jwks.json'])
    assert.equal(isArgusPath(path), true, path);
});

test('while Argus is away its paths answer 502 as a problem and the notes go on', async () => {
  await stage.stopArgus();
  const answer = await person.fetch('/api/session');
  assert.equal(answer.status, 502);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.equal((await person.fetch('/notes')).status, 200);
  await stage.startArgus();
  assert.equal((await person.fetch('/api/session')).status, 200);
});

test('the notes in memory are bounded: the fullest is refused, the longest away is forgotten', () => {
  const notes = createNotes(() => 0, { owners: 2, notesEach: 1 });
  assert.ok(notes.add('ada', 'one'));
  assert.equal(notes.add('ada', 'two'), null);
  notes.add('bob', 'one');
  notes.list('ada');
  notes.add('eve', 'one');
  assert.deepEqual([notes.list('bob').length, notes.list('eve').length], [0, 1]);
});
