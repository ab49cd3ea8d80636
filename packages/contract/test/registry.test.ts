import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Endpoint, endpoints, refusals } from '@argus/contract';

const folder = join(import.meta.dirname, '../src/endpoints');
const all: [string, Endpoint][] = Object.entries(endpoints);

function isEndpoint(value: unknown): value is Endpoint {
  return (
    typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'success' in value
  );
}

test('every endpoint that a file declares is in the registry, under its own name, and no other', async () => {
  const declared = new Map<string, unknown>();
  for (const file of readdirSync(folder).filter((name) => name !== 'index.ts')) {
    const module: Record<string, unknown> = await import(join(folder, file));
    for (const [name, value] of Object.entries(module)) if (isEndpoint(value)) declared.set(name, value);
  }
  assert.deepEqual(new Set(declared.keys()), new Set(all.map(([name]) => name)));
  for (const [name, endpoint] of all) assert.equal(endpoint, declared.get(name), name);
});

test('no two endpoints share method and path', () => {
  const places = all.map(([, { method, path }]) => `${method} ${path}`);
  assert.equal(new Set(places).size, places.length);
});

test('a path names exactly the parameters that its schema has', () => {
  for (const [name, { path, params }] of all) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
    assert.deepEqual(named, Object.keys(params?.shape ?? {}), name);
  }
});

test('nothing that reads changes state, and reading takes no body', () => {
  for (const [name, { method, body }] of all) if (method === 'GET') assert.equal(body, undefined, name);
});

test('every list has a limit of at most a hundred and a cursor', () => {
  const lists = all.filter(
    ([, { success }]) => success.body && JSON.stringify(success.body).includes('nextCursor'),
  );
  assert.ok(lists.length >= 6, `${lists.length} lists were found`);
  for (const [name, { query }] of lists) {
    assert.ok(query, name);
    assert.equal(query.safeParse({ limit: '100' }).success, true, name);
    assert.equal(query.safeParse({ limit: '101' }).success, false, name);
    assert.equal(query.safeParse({ limit: '0' }).success, false, name);
    assert.equal(query.safeParse({ cursor: 'x'.repeat(201) }).success, false, name);
  }
});

test('bodies and queries refuse what they do not know', () => {
  // RFC 6749 §3.1 and §3.2: an OAuth endpoint ignores parameters that it does not know.
  const ours = all.filter(([, { speaks, isPage }]) => speaks !== 'oauth' && !isPage);
  for (const [name, { body, query }] of ours) {
    for (const schema of [body, query]) {
      if (!schema) continue;
      const parsed = schema.safeParse({ surprise: 1 });
      assert.ok(!parsed.success, name);
      assert.ok(
        parsed.error.issues.some((issue) => issue.code === 'unrecognized_keys'),
        name,
      );
    }
  }
});

test('every refusal is an error to HTTP', () => {
  for (const [code, { status }] of Object.entries(refusals)) assert.ok(status >= 400 && status < 600, code);
});
