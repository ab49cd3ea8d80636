import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  applyDocumentSchema,
  clientAmendmentSchema,
  clientSettingsSchema,
  newClientIdSchema,
} from '@argus/contract';

describe('an amendment of a client', () => {
  test('can name every setting, and nothing else', () => {
    assert.deepEqual(
      Object.keys(clientAmendmentSchema.shape).sort(),
      Object.keys(clientSettingsSchema.shape).sort(),
    );
  });

  test('says nothing of what it does not name', () => {
    assert.deepEqual(clientAmendmentSchema.parse({}), {});
    assert.deepEqual(clientAmendmentSchema.parse({ requiresPar: false }), { requiresPar: false });
  });

  test('takes away with null only what may be absent', () => {
    for (const name of Object.keys(clientSettingsSchema.shape)) {
      const without = { name: 'Notes', type: 'public', [name]: undefined };
      const isAbsent = clientSettingsSchema.safeParse(without).data?.[name as 'jwks'] === undefined;
      const isNullable = clientSettingsSchema.safeParse({ ...without, [name]: null }).success;
      assert.equal(
        clientAmendmentSchema.safeParse({ [name]: null }).success,
        isNullable || isAbsentable(name),
        name,
      );
      assert.equal(isAbsent, isAbsentable(name) || name === 'name' || name === 'type', name);
    }
  });

  function isAbsentable(name: string): boolean {
    return ['authMethod', 'jwks', 'jwksUri', 'backchannelLogoutUri'].includes(name);
  }
});

describe('the id of a new client', () => {
  const refused: readonly [what: string, id: string][] = [
    ['that of Argus itself', 'argus'],
    ['one that reads like a user', '01990000-0000-7000-8000-000000000001'],
    ['one that reads like a user in capitals', '01990000-0000-7000-8000-00000000BEEF'],
    ['an empty one', ''],
    ['one that begins with a dot', '.notes'],
    ['a path', 'a/b'],
    ['a space', 'a b'],
    ['one of 129', 'a'.repeat(129)],
  ];
  for (const [what, id] of refused)
    test(`is not ${what}`, () => assert.equal(newClientIdSchema.safeParse(id).success, false));

  test('is any other short name that is safe in URLs', () => {
    for (const id of ['notes', 'a', 'Notes.web_1~2', 'a'.repeat(128), 'argus-admin'])
      assert.equal(newClientIdSchema.safeParse(id).success, true, id);
  });
});

test('a declared secret of fewer than 32 characters, or of others than can be sent everywhere, is refused', () => {
  const parse = (secret: string) =>
    applyDocumentSchema.safeParse({
      clients: [{ id: 'notes', name: 'Notes', type: 'confidential', secret }],
    });
  for (const secret of ['', 'x'.repeat(31), 'x'.repeat(513), `${'x'.repeat(31)}é`])
    assert.deepEqual(
      parse(secret).error?.issues.map(({ path }) => path.join('.')),
      ['clients.0.secret'],
      secret,
    );
  for (const secret of ['x'.repeat(32), '%'.repeat(512)]) assert.ok(parse(secret).success);
});

test('keys in a declaration are flat: what nests deeper is no JWK', () => {
  const parse = (member: unknown) =>
    clientSettingsSchema.safeParse({
      name: 'N',
      type: 'confidential',
      jwks: { keys: [{ kty: 'EC', x: member }] },
    });
  assert.equal(parse('abc').success, true);
  for (const member of [{}, [[]], null, 'x'.repeat(4001)]) assert.equal(parse(member).success, false);
});
