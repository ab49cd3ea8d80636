import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { openProvider } from './oauth-stage.ts';
import { assertRefused, metadata, register } from './registration-stage.ts';

describe('where somebody vouches for software, a registration', () => {
  const issuer = 'https://directory.example';
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  let directory: Server;
  let published: object[];
  let vouching: TestServer;
  before(async () => {
    published = [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'EdDSA' }];
    directory = createServer((_, answer) =>
      answer.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: published })),
    );
    await new Promise<void>((listening) => directory.listen(0, '127.0.0.1', listening));
    const address = directory.address();
    assert.ok(address && typeof address === 'object');
    const jwksUri = `http://127.0.0.1:${address.port}/jwks`;
    vouching = await openProvider({
      config: { registration: 'open', statementIssuers: [{ issuer, jwksUri }] },
    });
  });
  after(async () => {
    await vouching[Symbol.asyncDispose]();
    directory.close();
  });

  const segment = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  function statement(
    claims: object,
    { key = privateKey, header = { kid: 'one' } }: { key?: KeyObject; header?: object } = {},
  ): string {
    const input = `${segment({ alg: 'EdDSA', ...header })}.${segment({ iss: issuer, ...claims })}`;
    return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`;
  }

  test('needs the word of one of them', () =>
    assertRefused(vouching, metadata, 'unapproved_software_statement'));

  test('counts what the word says more than what the client says, and gives the word back', async () => {
    const software_statement = statement({
      client_name: 'Vouched For',
      redirect_uris: ['https://vouched.example/cb'],
    });
    const { status, body } = await register(vouching, { ...metadata, software_statement });
    assert.equal(status, 201);
    assert.deepEqual(
      [body.client_name, body.redirect_uris, body.software_statement],
      ['Vouched For', ['https://vouched.example/cb'], software_statement],
    );
  });

  test('is refused with the word of somebody else', () =>
    assertRefused(
      vouching,
      { ...metadata, software_statement: statement({ iss: 'https://else.example' }) },
      'unapproved_software_statement',
    ));

  test('is refused with a word that was forged, has run out, or vouches for what no client may be', async () => {
    const { privateKey: forger } = generateKeyPairSync('ed25519');
    const past = Math.floor(vouching.clock.now() / 1000) - 3600;
    const statements = [
      statement({}, { key: forger }),
      statement({}, { header: { kid: 'two' } }),
      statement({ exp: past }),
      statement({ aud: 'https://else.example' }),
      `${segment({ alg: 'none' })}.${segment({ iss: issuer })}.AA`,
      `${statement({})}A`,
    ];
    for (const software_statement of statements)
      await assertRefused(vouching, { ...metadata, software_statement }, 'invalid_software_statement');
    const bad = statement({ redirect_uris: ['javascript:alert(1)'] });
    await assertRefused(vouching, { ...metadata, software_statement: bad }, 'invalid_redirect_uri');
  });

  test('is taken with a word whose header names no key, and with one by a new key and in a header of their own', async () => {
    const nameless = statement({}, { header: { typ: 'JWT' } });
    assert.equal((await register(vouching, { ...metadata, software_statement: nameless })).status, 201);
    const next = generateKeyPairSync('ed25519');
    published = [{ ...next.publicKey.export({ format: 'jwk' }), kid: 'next', use: 'sig', alg: 'EdDSA' }];
    vouching.clock.advance(30_000);
    const header = { kid: 'next', x5t: 'of their certificate' };
    const renewed = statement({}, { key: next.privateKey, header });
    assert.equal((await register(vouching, { ...metadata, software_statement: renewed })).status, 201);
    await assertRefused(
      vouching,
      { ...metadata, software_statement: statement({}) },
      'invalid_software_statement',
    );
  });

  test('is refused while the keys of the one who vouches cannot be had', async () => {
    const nowhere = { issuer, jwksUri: 'http://127.0.0.1:9/jwks' };
    await using cut = await openProvider({ config: { registration: 'open', statementIssuers: [nowhere] } });
    await assertRefused(
      cut,
      { ...metadata, software_statement: statement({}) },
      'invalid_software_statement',
    );
  });
});
