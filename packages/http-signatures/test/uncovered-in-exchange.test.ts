import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { contentDigest, type ResponseToVerify, signMessage } from '../src/index.ts';
import {
  asSent,
  clientKey,
  noBody,
  nonceOf,
  nowSeconds,
  plainRequest,
  plainResponse,
  profile,
  rejectionOf,
  requestBody,
  responseBody,
  serverKey,
  signedRequest,
  signedResponse,
  verifiedRequest,
  verifiedResponse,
} from './fixtures.ts';

/** Signed by the right key with all that a request must say, over these components only. */
function requestOver(components: readonly string[]) {
  const fields = [...plainRequest.fields, ['content-digest', contentDigest(requestBody)] as const];
  const message = asSent({ ...plainRequest, fields }, []);
  const made = signMessage(message, {
    label: profile.label,
    components,
    key: clientKey,
    created: nowSeconds,
    expires: nowSeconds + 60,
    nonce: nonceOf('less'),
    tag: profile.requestTag,
  });
  const lines = [
    ['signature-input', made.signatureInput],
    ['signature', made.signature],
  ] as const;
  return verifiedRequest({ ...message, fields: [...message.fields, ...lines] });
}

function responseOver(components: readonly string[], tag = profile.responseTag) {
  const fields = [...plainResponse.fields, ['content-digest', contentDigest(responseBody)] as const];
  const message: ResponseToVerify = { kind: 'response', status: 200, fields, request: plainResponse.request };
  const signing = { label: profile.label, components, key: serverKey, created: nowSeconds, tag };
  const made = signMessage(message, signing);
  const lines = [
    ['signature-input', made.signatureInput],
    ['signature', made.signature],
  ] as const;
  return verifiedResponse({ ...message, fields: [...message.fields, ...lines] });
}

const inRequests = ['@method', '@target-uri', 'content-digest', 'content-type', 'authorization'];
const inResponses = [
  ...['@status', 'content-type', 'content-digest', '"@method";req', '"@target-uri";req'],
  '"signature";req;key="argus"',
];

describe('what an exchange covers', () => {
  test('is enough, in any order and beside more', async () => {
    assert.equal(await rejectionOf(requestOver(inRequests)), 'accepted');
    assert.equal(await rejectionOf(requestOver(['accept', ...inRequests.toReversed(), '@path'])), 'accepted');
    assert.equal(await rejectionOf(responseOver(inResponses.toReversed())), 'accepted');
  });

  for (const name of inRequests) {
    test(`${name} is not left out of a request that has it, even by its own signer`, async () => {
      const less = inRequests.filter((each) => each !== name);
      assert.equal(await rejectionOf(requestOver(less)), 'missing-component');
    });
  }

  for (const name of inResponses) {
    test(`${name} is not left out of a response that has it, even by its own signer`, async () => {
      const less = inResponses.filter((each) => each !== name);
      assert.equal(await rejectionOf(responseOver(less)), 'missing-component');
    });
  }

  test('is for this use: a response with the tag of another is refused', async () => {
    assert.equal(await rejectionOf(responseOver(inResponses, profile.requestTag)), 'wrong-tag');
    assert.equal(await rejectionOf(responseOver(inResponses, 'another-use')), 'wrong-tag');
  });
});

describe('a field that is put in on the way is refused', () => {
  const bare = { ...plainRequest, method: 'GET', fields: [], body: noBody };
  for (const name of ['Authorization', 'content-type']) {
    test(`${name} of a request that had none`, async () => {
      const request = signedRequest(bare);
      const added = { ...request, fields: [...request.fields, [name, 'x'] as const] };
      assert.equal(await rejectionOf(verifiedRequest(request, { body: noBody })), 'accepted');
      assert.equal(await rejectionOf(verifiedRequest(added, { body: noBody })), 'missing-component');
    });
  }

  test('content-type of a response that had none', async () => {
    const response = signedResponse({ ...plainResponse, fields: [] });
    const added = { ...response, fields: [...response.fields, ['Content-Type', 'text/html'] as const] };
    assert.equal(await rejectionOf(verifiedResponse(response)), 'accepted');
    assert.equal(await rejectionOf(verifiedResponse(added)), 'missing-component');
  });
});
