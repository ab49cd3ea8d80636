import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  parseDictionary,
  StructuredFieldError,
  serialiseDictionary,
} from '../src/structured-fields/index.ts';
import {
  fieldOf,
  noBody,
  nonceOf,
  rejectionOf,
  requestBody,
  responseBody,
  signedRequest,
  signedResponse,
  verifiedRequest,
  verifiedResponse,
  withField,
} from './fixtures.ts';

const request = signedRequest();
const response = signedResponse();

/** One character put in, taken out or exchanged. */
const edits = (alphabet: string) =>
  fc.record({
    at: fc.nat(),
    kind: fc.constantFrom('insert', 'remove', 'replace'),
    by: fc.oneof(fc.constantFrom(...alphabet), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })),
  });

function edited(text: string, { at, kind, by }: { at: number; kind: string; by: string }): string {
  const here = at % (text.length + (kind === 'insert' ? 1 : 0));
  if (kind === 'insert') return text.slice(0, here) + by + text.slice(here);
  return text.slice(0, here) + (kind === 'remove' ? '' : by) + text.slice(here + 1);
}

const changed = (text: string, alphabet: string) =>
  fc
    .array(edits(alphabet), { minLength: 1, maxLength: 3 })
    .map((all) => all.reduce(edited, text))
    .filter((value) => value !== text);

function canonical(text: string): string | undefined {
  try {
    return serialiseDictionary(parseDictionary(text, { repeated: 'refused' }));
  } catch (error) {
    if (error instanceof StructuredFieldError) return undefined;
    throw error;
  }
}

/** Blanks around a value are not of it (RFC 9110 §5.5), and neither is a fold (RFC 9421 §2.1). */
const asValue = (text: string) => text.replace(/[ \t]*\r\n[ \t]+/g, ' ').replace(/^[ \t]+|[ \t]+$/g, '');

const blanks = ' \t\r\n"\\;=,?/%#:@';

describe('a signed request is refused when one covered thing is changed', () => {
  for (const name of ['content-type', 'authorization', 'content-digest']) {
    test(name, async () => {
      const value = fieldOf(request, name);
      const different = changed(value, blanks).filter((text) => asValue(text) !== value);
      await fc.assert(
        fc.asyncProperty(different, async (text) => {
          assert.notEqual(await rejectionOf(verifiedRequest(withField(request, name, text))), 'accepted');
        }),
        { numRuns: 300 },
      );
    });

    test(`${name}, when it is taken away or said twice`, async () => {
      const without = withField(request, name);
      assert.notEqual(await rejectionOf(verifiedRequest(without)), 'accepted');
      const twice = { ...request, fields: [...request.fields, [name, fieldOf(request, name)] as const] };
      assert.notEqual(await rejectionOf(verifiedRequest(twice)), 'accepted');
    });
  }

  test('the method', async () => {
    await fc.assert(
      fc.asyncProperty(changed(request.method, 'posGETPUT \n'), async (method) => {
        assert.notEqual(await rejectionOf(verifiedRequest({ ...request, method })), 'accepted');
      }),
      { numRuns: 200 },
    );
  });

  test('the target URI, but for what names the same target', async () => {
    // Case of scheme and host, the default port: RFC 9421 §2.2.3.
    const same = (uri: string) =>
      uri.replace(/^[^/]*:\/\/[^/?]*/, (head) => head.toLowerCase().replace(/:(443)?$/, '')) ===
      request.targetUri;
    const different = changed(request.targetUri, '/?#%&=@:.43 \n').filter((uri) => !same(uri));
    await fc.assert(
      fc.asyncProperty(different, async (targetUri) => {
        assert.notEqual(await rejectionOf(verifiedRequest({ ...request, targetUri })), 'accepted');
      }),
      { numRuns: 500 },
    );
  });

  test('any byte of the body', async () => {
    const bytes = fc.record({
      at: fc.nat({ max: requestBody.length - 1 }),
      by: fc.integer({ min: 1, max: 255 }),
    });
    await fc.assert(
      fc.asyncProperty(bytes, async ({ at, by }) => {
        const body = requestBody.map((octet, each) => (each === at ? octet ^ by : octet));
        assert.equal(await rejectionOf(verifiedRequest(request, { body })), 'wrong-digest');
      }),
      { numRuns: 100 },
    );
  });

  test('the length of the body', async () => {
    for (const body of [noBody, requestBody.slice(1), Buffer.concat([requestBody, Buffer.from('\n')])]) {
      assert.equal(await rejectionOf(verifiedRequest(request, { body })), 'wrong-digest');
    }
  });

  for (const name of ['signature-input', 'signature']) {
    test(`${name}, unless it says the same in other words`, async () => {
      const value = fieldOf(request, name);
      await fc.assert(
        fc.asyncProperty(changed(value, `${blanks}()*-_.abz019`), async (text) => {
          const verdict = await rejectionOf(verifiedRequest(withField(request, name, text)));
          if (verdict === 'accepted') assert.equal(canonical(text), canonical(value), text);
        }),
        { numRuns: 2000 },
      );
    });
  }

  test('the signature, by any bit', async () => {
    const [, encoded = ''] = fieldOf(request, 'signature').split(':');
    const signature = Buffer.from(encoded, 'base64');
    for (let bit = 0; bit < signature.length * 8; bit++) {
      const other = Buffer.from(signature);
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const field = `argus=:${other.toString('base64')}:`;
      const verdict = await rejectionOf(verifiedRequest(withField(request, 'signature', field)));
      assert.equal(verdict, 'bad-signature', `bit ${bit}`);
    }
  });
});

describe('a signed response is refused when one covered thing is changed', () => {
  for (const name of ['content-type', 'content-digest']) {
    test(name, async () => {
      const value = fieldOf(response, name);
      const different = changed(value, blanks).filter((text) => asValue(text) !== value);
      await fc.assert(
        fc.asyncProperty(different, async (text) => {
          assert.notEqual(await rejectionOf(verifiedResponse(withField(response, name, text))), 'accepted');
        }),
        { numRuns: 300 },
      );
    });
  }

  test('the status', async () => {
    const statuses = fc.oneof(fc.integer({ min: -1, max: 1000 }), fc.double());
    await fc.assert(
      fc.asyncProperty(
        statuses.filter((status) => status !== 200),
        async (status) => {
          assert.notEqual(await rejectionOf(verifiedResponse({ ...response, status })), 'accepted');
        },
      ),
    );
  });

  test('the body', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), async (body) => {
        fc.pre(!Buffer.from(body).equals(responseBody));
        assert.equal(await rejectionOf(verifiedResponse(response, { body })), 'wrong-digest');
      }),
    );
  });

  for (const name of ['signature-input', 'signature']) {
    test(`${name}, unless it says the same in other words`, async () => {
      const value = fieldOf(response, name);
      await fc.assert(
        fc.asyncProperty(changed(value, `${blanks}()*-_.abz019`), async (text) => {
          const verdict = await rejectionOf(verifiedResponse(withField(response, name, text)));
          if (verdict === 'accepted') assert.equal(canonical(text), canonical(value), text);
        }),
        { numRuns: 1000 },
      );
    });
  }

  test('the request that it answers', async () => {
    const others = [
      { ...response.request, method: 'GET' },
      { ...response.request, targetUri: `${response.request.targetUri}&x` },
      signedRequest(undefined, nonceOf('another')),
      withField(response.request, 'signature', fieldOf(response.request, 'signature').replace(/[A-Z]/, 'a')),
    ];
    for (const other of others) {
      assert.notEqual(await rejectionOf(verifiedResponse({ ...response, request: other })), 'accepted');
    }
  });
});

test('no text in the place of the two fields makes the verifier throw', async () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({
      unit: fc.constantFrom('argus', '=', '(', ')', '"@method"', ';', ':AA==:', ',', ' ', 'tag', '1'),
    }),
  );
  await fc.assert(
    fc.asyncProperty(texts, texts, async (input, signature) => {
      const mutated = withField(withField(request, 'signature-input', input), 'signature', signature);
      assert.notEqual(await rejectionOf(verifiedRequest(mutated)), 'accepted');
    }),
    { numRuns: 2000 },
  );
});
