import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Message, signatureBase, signMessage, verifySignature } from '../src/index.ts';
import { innerListOf, parseItem } from '../src/structured-fields/index.ts';
import { clientKey, findKey, now } from './fixtures.ts';

const request: Message = {
  kind: 'request',
  method: 'GET',
  targetUri: 'https://id.example/a?b=1&c=2&c=3&d=%ff&e=%FF',
  fields: [
    ['X-Plain', 'a'],
    ['X-Latin', 'caf\u00e9'],
    ['X-Wide', 'caf\u0101'],
    ['X-Break', 'a\nb'],
    ['X-Return', 'a\rb'],
    ['X-Null', 'a\0b'],
    ['Priority', 'u=1, u=2'],
    ['Content-Digest', 'sha-256=:!:'],
    ['Cache-Status', 'a, b'],
  ],
};
const response: Message = { kind: 'response', status: 200, fields: [['X-Plain', 'a']] };

function outcome(message: Message, ...identifiers: readonly string[]): string {
  const made = signatureBase(message, innerListOf(identifiers.map((each) => parseItem(each))));
  return made.ok ? made.base.toString('latin1').split('\n').slice(0, -1).join('|') : made.rejection;
}

describe('a component is refused', () => {
  const bad: Record<string, readonly string[]> = {
    'if it is no string': ['x-plain', '1', ':YQ==:', '?1'],
    'if nothing has such a name': ['""', '"x plain"', '"X-Plain"', '"x:y"', '"x\\"y"'],
    'if it is derived from nothing that is known': [
      '"@signature-params"',
      '"@body"',
      '"@METHOD"',
      '"@"',
      '"@speciality"',
    ],
    'if a parameter is not known': ['"x-plain";foo', '"@method";foo', '"x-plain";sf;foo="1"'],
    'if a flag is no flag': ['"priority";sf=?0', '"priority";sf="1"', '"x-plain";bs=1', '"x-plain";tr=tr'],
    'if a text is no text': [
      '"priority";key',
      '"priority";key=u',
      '"@query-param";name=b',
      '"@query-param";name=1',
    ],
    'if bytes should have structure': ['"priority";bs;sf', '"priority";bs;key="u"'],
    'if a derived one should have the form of a field': [
      ...['"@method";sf', '"@method";bs', '"@path";key="a"', '"@query";tr'],
      '"@query-param";name="b";sf',
    ],
    'if only a query parameter has a name': ['"x-plain";name="a"', '"@query";name="b"', '"@query-param"'],
    'if a status should be of a request': ['"@status"', '"@status";req'],
    'if a request should answer a request': ['"@method";req', '"x-plain";req'],
    'if the kind of its field is not known': ['"x-plain";sf'],
    'if its field is no dictionary': ['"cache-status";key="a"'],
  };
  for (const [reason, identifiers] of Object.entries(bad)) {
    test(reason, () => {
      for (const identifier of identifiers)
        assert.equal(outcome(request, identifier), 'bad-component', identifier);
    });
  }

  test('if a response should have a method', () => {
    for (const name of [
      '@method',
      '@target-uri',
      '@authority',
      '@scheme',
      '@request-target',
      '@path',
      '@query',
    ]) {
      assert.equal(outcome(response, `"${name}"`), 'bad-component', name);
    }
  });

  test('if it is named twice, in whatever order its parameters are', () => {
    assert.equal(outcome(request, '"x-plain"', '"x-plain"'), 'duplicate-component');
    assert.equal(outcome(response, '"x";sf;req', '"x";req;sf'), 'duplicate-component');
    assert.equal(outcome(request, '"x-plain"', '"x-plain";bs'), '"x-plain": a|"x-plain";bs: :YQ==:');
  });

  test('if it is absent', () => {
    const absent = ['"x-none"', '"x-plain";tr', '"content-length"', '"@query-param";name="z"', '"x-none";bs'];
    for (const identifier of absent)
      assert.equal(outcome(request, identifier), 'absent-component', identifier);
    assert.equal(outcome(response, '"@method";req'), 'absent-component');
    assert.equal(outcome(response, '"x-plain";req'), 'absent-component');
  });

  test('if its value could not stand in one line of ASCII', () => {
    for (const name of ['x-latin', 'x-wide', 'x-break', 'x-return', 'x-null']) {
      assert.equal(outcome(request, `"${name}"`), 'bad-value', name);
    }
    for (const name of ['x-wide', 'x-break', 'x-return', 'x-null']) {
      assert.equal(outcome(request, `"${name}";bs`), 'bad-value', name);
    }
    assert.equal(outcome(request, '"x-latin";bs'), '"x-latin";bs: :Y2Fm6Q==:');
  });

  test('if its structured field is malformed, or says one key twice', () => {
    for (const identifier of ['"content-digest";sf', '"content-digest";key="sha-256"']) {
      assert.equal(outcome(request, identifier), 'bad-value');
    }
    assert.equal(outcome(request, '"priority";sf'), 'bad-value');
    assert.equal(outcome(request, '"priority";key="u"'), 'bad-value');
  });

  test('if its query parameter is there twice or is not UTF-8', () => {
    for (const name of ['c', 'd', 'e', '%EF%BF%BD']) {
      const expected = name === '%EF%BF%BD' ? 'absent-component' : 'bad-value';
      assert.equal(outcome(request, `"@query-param";name="${name}"`), expected, name);
    }
  });

  test('if the status is none', () => {
    for (const status of [0, 99, 1000, 200.5, Number.NaN]) {
      assert.equal(outcome({ ...response, status }, '"@status"'), 'bad-value', String(status));
    }
  });
});

describe('whoever asks for a component that is none', () => {
  for (const name of ['@nothing', 'X-Plain', '"x', '"x";foo', '@query-param', '"priority";bs;sf']) {
    test(`makes a mistake: ${name}`, async () => {
      const signing = { label: 'a', components: [name], key: clientKey };
      assert.throws(() => signMessage(request, signing), { name: 'SignaturesFault' });
      const made = signMessage(request, { ...signing, components: [], created: now / 1000 });
      const fields = [
        ['signature-input', made.signatureInput],
        ['signature', made.signature],
      ] as const;
      const policy = { select: { label: 'a' }, components: [name] };
      await assert.rejects(verifySignature({ ...request, fields }, policy, { findKey, now }), {
        name: 'SignaturesFault',
      });
    });
  }
});
