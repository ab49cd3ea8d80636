import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ResourceId } from '@argus/contract';
import { audienceOf, narrowScope, readResources } from '@argus/core';
import fc from 'fast-check';
import { clientWith, filesApi, notesApi, resourceWith } from './oauth-facts.ts';

describe('a scope', () => {
  const granted = ['openid', 'notes.read', 'notes.write'];
  const rows: readonly (readonly [what: string, asked: string | undefined, is: unknown])[] = [
    ['that is not asked is all that was granted', undefined, granted],
    ['of nothing but spaces is not asked', '  ', granted],
    ['can be less', 'notes.read', ['notes.read']],
    ['can be the same', 'notes.write openid notes.read', ['notes.write', 'openid', 'notes.read']],
    ['cannot be more', 'notes.read files.read', 'invalid_scope'],
    ['cannot be another', 'NOTES.READ', 'invalid_scope'],
    ['cannot be a part of a word', 'notes', 'invalid_scope'],
  ];
  for (const [what, asked, is] of rows) {
    test(what, () => assert.deepEqual(narrowScope(granted, asked), is));
  }
});

const scopes = fc.array(fc.stringMatching(/^[a-d]{1,2}$/), { maxLength: 6 });

test('narrowing never widens, however often and however it is asked', () => {
  fc.assert(
    fc.property(
      scopes,
      fc.array(
        fc.oneof(
          scopes.map((words) => words.join(' ')),
          fc.string(),
        ),
      ),
      (granted, asks) => {
        let held: readonly string[] = granted;
        for (const asked of asks) {
          const next = narrowScope(held, asked);
          if (next === 'invalid_scope') continue;
          assert.ok(next.every((scope) => held.includes(scope)));
          held = next;
        }
      },
    ),
    { numRuns: 1000 },
  );
});

describe('an audience', () => {
  const client = (...resources: ResourceId[]) => clientWith({ settings: { resources } });
  const both = client(notesApi, filesApi);
  const rows: readonly (readonly [what: string, request: Parameters<typeof audienceOf>[0], is: unknown])[] = [
    ['is Argus itself where there is no resource', { client: client(), grantResources: [], asked: [] }, []],
    ['is the one resource there is', { client: both, grantResources: [notesApi], asked: [] }, [notesApi]],
    [
      'must be named where there are several',
      { client: both, grantResources: [notesApi, filesApi], asked: [] },
      'invalid_target',
    ],
    [
      'is the one that is named',
      { client: both, grantResources: [notesApi, filesApi], asked: [filesApi] },
      [filesApi],
    ],
    [
      'is no resource outside the grant',
      { client: both, grantResources: [notesApi], asked: [filesApi] },
      'invalid_target',
    ],
    [
      'is not one right and one wrong',
      { client: both, grantResources: [notesApi], asked: [notesApi, filesApi] },
      'invalid_target',
    ],
    [
      'is no resource that the client lost',
      { client: client(filesApi), grantResources: [notesApi], asked: [notesApi] },
      'invalid_target',
    ],
    [
      'is not Argus because the client lost its resource',
      { client: client(), grantResources: [notesApi], asked: [] },
      'invalid_target',
    ],
    [
      'is what is left when the client lost one',
      { client: client(filesApi), grantResources: [notesApi, filesApi], asked: [] },
      [filesApi],
    ],
    [
      'is no resource of a grant without any',
      { client: both, grantResources: [], asked: [notesApi] },
      'invalid_target',
    ],
    [
      'is not a resource with something added',
      { client: both, grantResources: [notesApi], asked: [`${notesApi}/`] },
      'invalid_target',
    ],
  ];
  for (const [what, request, is] of rows) {
    test(what, () => assert.deepEqual(audienceOf(request), is));
  }
});

test('no token is for a resource that the grant or the client does not have', () => {
  const known = ['https://a.example', 'https://b.example', 'https://c.example'].map((id) => id as ResourceId); // brands over text
  const some = fc.subarray(known);
  const named = fc.array(fc.oneof(fc.constantFrom(...known), fc.webUrl()), { maxLength: 4 });
  fc.assert(
    fc.property(some, some, named, (own, grantResources, asked) => {
      const audience = audienceOf({
        client: clientWith({ settings: { resources: own } }),
        grantResources,
        asked,
      });
      if (audience === 'invalid_target') return;
      assert.ok(audience.every((id) => own.includes(id) && grantResources.includes(id)));
      assert.ok(asked.length > 0 || audience.length <= 1);
      assert.ok(asked.every((one) => audience.some((id) => id === one)));
    }),
  );
});

test('a request gets no resource that is not declared, however it asks', () => {
  const declared = [resourceWith(notesApi, [])];
  const client = clientWith({ settings: { resources: [notesApi, filesApi] } });
  assert.deepEqual(readResources([], client, declared), [notesApi]);
  assert.equal(readResources([filesApi], client, declared), 'invalid_target');
});
