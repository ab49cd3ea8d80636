import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultTenant, type TenantId, type UserId } from '@argus/contract';
import { fakeClock } from '@argus/testing/clock';
import { seeded } from '@argus/testing/seeded';
import { totpApp } from '@argus/testing/totp-app';
import {
  enrolmentLifeMs,
  openEnrolment,
  openTotpSecret,
  sealEnrolment,
  sealTotpSecret,
} from '../src/authenticators/totp/sealed-secret.ts';
import { newTotpSecret, otpauthUri, secretText } from '../src/authenticators/totp/secret.ts';
import { createSecrets } from '../src/secrets.ts';

function open() {
  const { clock, random } = seeded('totp secrets');
  const services = { clock, random, secrets: createSecrets(random.bytes(32), random) };
  return { ...services, services, secret: newTotpSecret(services) };
}

// The cast names an id of the test.
const [ann, ben] = ['ann', 'ben'] as unknown as [UserId, UserId];
// The same.
const elsewhere = 'elsewhere' as TenantId;

describe('a new secret', () => {
  test('has 160 bits and is another one each time', () => {
    const { services, secret } = open();
    assert.equal(secret.length, 20);
    assert.notDeepEqual(newTotpSecret(services), secret);
  });

  test('is written in groups of four, for typing by hand', () => {
    const { secret } = open();
    assert.match(secretText(secret), /^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/);
  });

  test('gives the same codes scanned and typed', () => {
    const { secret, clock } = open();
    const scanned = totpApp(otpauthUri({ secret, account: 'ann@example.org' }), { clock });
    const typed = totpApp(secretText(secret).toLowerCase(), { clock });
    assert.equal(scanned.code(), typed.code());
    assert.equal(scanned.name, 'Argus:ann@example.org');
  });

  test('has a URI that says its whole shape', () => {
    const uri = otpauthUri({ secret: Buffer.alloc(20), account: 'ann@example.org', issuer: 'Ex & Co' });
    assert.equal(
      uri,
      `otpauth://totp/Ex%20%26%20Co:ann%40example.org?issuer=Ex%20%26%20Co&secret=${'A'.repeat(32)}&algorithm=SHA1&digits=6&period=30`,
    );
  });

  test('has a URI in which no name can say anything but its name', () => {
    const clock = fakeClock();
    const secret = Buffer.alloc(20, 7);
    const hostile = [
      'a:b',
      'a?secret=AAAA&period=1',
      'a#b',
      'a/../b',
      '%3Aa',
      '\ud800a',
      'Ä😀',
      'x'.repeat(3_000),
    ];
    for (const text of hostile) {
      const uri = otpauthUri({ secret, account: text, issuer: text });
      const { name, code } = totpApp(uri, { clock });
      assert.equal(name.split(':').length, 2);
      assert.equal(code(), totpApp(secretText(secret), { clock }).code());
      assert.ok(uri.length < 2_000);
    }
  });
});

describe('a secret in a row', () => {
  const owned = { tenant: defaultTenant, userId: ann, id: 'one' };

  test('opens for its own authenticator', () => {
    const { services, secret } = open();
    assert.deepEqual(openTotpSecret(services, owned, sealTotpSecret(services, owned, secret)), secret);
  });

  test('opens for no other tenant, person or authenticator, so rows cannot be exchanged', () => {
    const { services, secret } = open();
    const sealed = sealTotpSecret(services, owned, secret);
    for (const other of [{ tenant: elsewhere }, { userId: ben }, { id: 'two' }]) {
      assert.equal(openTotpSecret(services, { ...owned, ...other }, sealed), null);
    }
  });

  test('is nowhere in what is kept', () => {
    const { services, secret } = open();
    const sealed = sealTotpSecret(services, owned, secret);
    assert.equal(Buffer.from(sealed, 'base64url').includes(Buffer.from(secret)), false);
    assert.notEqual(sealTotpSecret(services, owned, secret), sealed);
  });
});

describe('an enrolment on its way', () => {
  const began = { tenant: defaultTenant, userId: ann, subject: 'session 1' };

  test('opens for ten minutes', () => {
    const { services, secret, clock } = open();
    const sealed = sealEnrolment(services, began, secret);
    clock.advance(enrolmentLifeMs);
    assert.deepEqual(openEnrolment(services, began, sealed), secret);
    clock.advance(1);
    assert.equal(openEnrolment(services, began, sealed), null);
  });

  test('opens for no other tenant, person or session', () => {
    const { services, secret } = open();
    const sealed = sealEnrolment(services, began, secret);
    for (const other of [{ tenant: elsewhere }, { userId: ben }, { subject: 'session 2' }]) {
      assert.equal(openEnrolment(services, { ...began, ...other }, sealed), null);
    }
  });

  test('is told from everything else: nothing, junk, a changed one, and the secret of a row', () => {
    const { services, secret } = open();
    const sealed = sealEnrolment(services, began, secret);
    const owned = { tenant: defaultTenant, userId: ann, id: began.subject };
    const row = sealTotpSecret(services, owned, secret);
    const changed = `${sealed.slice(0, 40)}${sealed[40] === 'A' ? 'B' : 'A'}${sealed.slice(41)}`;
    for (const shown of [undefined, '', 'junk', changed, row, 'A'.repeat(100_000)]) {
      assert.equal(openEnrolment(services, began, shown), null);
    }
    assert.equal(openTotpSecret(services, owned, sealed), null);
  });
});
