import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type PolicyDocument, policyDocumentSchema } from '@argus/contract';
import { documents } from '@argus/testing/policy-documents';
import type { TestServer } from '@argus/testing/server';
import fc from 'fast-check';
import { type PolicyDesk, placesOf, policyDesk } from './policy-stage.ts';
import { openStage } from './stage.ts';

let server: TestServer;
let desk: PolicyDesk;
before(async () => {
  server = await openStage();
  desk = await policyDesk(server);
});
after(() => server[Symbol.asyncDispose]());

/** Whether something stands at the place of a mistake, or what it is missing in does. */
function isPlaceOf(document: unknown, path: string): boolean {
  return stands({ body: document }, path) || stands({ body: document }, path.replace(/\.[^.]+$/, ''));
}

/** Whether something stands at a path; keys may have dots themselves. */
function stands(part: unknown, path: string): boolean {
  if (typeof part !== 'object' || part === null) return false;
  return Object.entries(part).some(
    ([key, inner]) =>
      path === key || (path.startsWith(`${key}.`) && stands(inner, path.slice(key.length + 1))),
  );
}

const seed = 20_261_126;

test('any document is stored and read back equal, or refused at places that it has', async () => {
  const fates = { stored: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(documents, async (document) => {
      const before = (await desk.show()).body;
      const reply = await desk.set(document, { ifMatch: `"${before.version}"` });
      const after = (await desk.show()).body;
      if (reply.status === 200) {
        fates.stored += 1;
        assert.deepEqual(after.document, document);
        assert.deepEqual(reply.body, after);
        return;
      }
      fates.refused += 1;
      assert.equal(reply.status, 400, JSON.stringify(reply.body));
      assert.deepEqual(after, before);
      assert.ok(reply.body.errors.length > 0);
      for (const path of placesOf(reply)) assert.ok(stands({ body: document }, path), path);
    }),
    { numRuns: 150, seed },
  );
  assert.ok(fates.stored > 20 && fates.refused > 20, JSON.stringify(fates));
});

/** A document with something at one of its places that may not be there. */
const broken: fc.Arbitrary<object> = fc
  .tuple(documents, fc.nat(), fc.jsonValue({ maxDepth: 2 }))
  .map(([document, at, value]) => putAt(document, at, value));

function putAt(document: PolicyDocument, at: number, value: unknown): object {
  const copy = structuredClone(document) as object;
  const branches: object[] = [];
  const walk = (part: unknown) => {
    if (typeof part !== 'object' || part === null) return;
    branches.push(part);
    for (const each of Object.values(part)) walk(each);
  };
  walk(copy);
  const branch = branches[at % branches.length] as Record<string, unknown>; // the document itself is one
  const keys = Object.keys(branch);
  branch[keys[at % Math.max(1, keys.length)] ?? 'surprise'] = value;
  return copy;
}

test('a document with anything anywhere in it is stored as it reads, or refused at places that it has', async () => {
  await fc.assert(
    fc.asyncProperty(broken, async (document) => {
      const before = (await desk.show()).body;
      const reply = await desk.set(document);
      const after = (await desk.show()).body;
      if (reply.status === 200) {
        assert.deepEqual(after.document, policyDocumentSchema.parse(document));
        return;
      }
      assert.equal(reply.status, 400, JSON.stringify(reply.body));
      assert.deepEqual(after, before);
      const places = placesOf(reply);
      assert.ok(places.length > 0);
      const sent: unknown = JSON.parse(JSON.stringify(document));
      for (const path of places) assert.ok(isPlaceOf(sent, path), path);
    }),
    { numRuns: 150, seed },
  );
});
