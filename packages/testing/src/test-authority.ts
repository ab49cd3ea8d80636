import { createECDH, createPrivateKey, createPublicKey, hash, type KeyObject, sign } from 'node:crypto';
import type { Random } from './random.ts';

/** A certificate in DER and the key that it speaks for. */
export interface Certified {
  readonly der: Buffer;
  readonly privateKey: KeyObject;
}

export interface CertificateAsk {
  /** CN, O, OU and C in this order, as far as they are given. */
  readonly subject: Readonly<Partial<Record<'CN' | 'O' | 'OU' | 'C', string>>>;
  readonly isAuthority?: boolean;
  readonly host?: string;
  /** For id-fido-gen-ce-aaguid (WebAuthn §8.2.1). */
  readonly aaguid?: string;
  /** Two digits each: year, month and day of the beginning and the end. */
  readonly from?: string;
  readonly until?: string;
}

/** An authority that signs certificates for tests: P-256, valid from 2020 to 2049. */
export interface TestAuthority extends Certified {
  readonly pem: string;
  issue(ask: CertificateAsk): Certified;
  /** An authority below this one. */
  below(name: string): TestAuthority;
}

export function testAuthority(random: Random, name = 'Test root'): TestAuthority {
  const subject = { CN: name, O: 'Argus tests' };
  const privateKey = newEllipticKey(random);
  const der = certificate(
    { subject, isAuthority: true },
    { random, privateKey, issuer: subject, signer: privateKey },
  );
  return authorityOf({ random, subject, privateKey, der });
}

/** A certificate with its key, and what it needs to sign as an authority, be it one or not. */
export interface Standing extends Certified {
  readonly random: Random;
  readonly subject: CertificateAsk['subject'];
}

export function authorityOf({ random, subject, privateKey, der }: Standing): TestAuthority {
  const issue = (ask: CertificateAsk): Certified => {
    const own = newEllipticKey(random);
    const made = { random, privateKey: own, issuer: subject, signer: privateKey };
    return { der: certificate(ask, made), privateKey: own };
  };
  const pem = `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
  return {
    der,
    privateKey,
    pem,
    issue,
    below(name) {
      const lower = { CN: name, O: 'Argus tests' };
      return authorityOf({ random, subject: lower, ...issue({ subject: lower, isAuthority: true }) });
    },
  };
}

/** A P-256 key that repeats with the seed, which the key generator of Node would not. */
export function newEllipticKey(random: Random): KeyObject {
  const pair = createECDH('prime256v1');
  // The top bit is cleared, so that the number is below the group's order.
  const secret = random.bytes(32);
  secret[0] = (secret[0] ?? 0) & 0x7f;
  pair.setPrivateKey(secret);
  const point = pair.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
  return createPrivateKey({
    key: { kty: 'EC', crv: 'P-256', d: secret.toString('base64url'), x: x ?? '', y: y ?? '' },
    format: 'jwk',
  });
}

interface Making {
  readonly random: Random;
  readonly privateKey: KeyObject;
  readonly issuer: CertificateAsk['subject'];
  readonly signer: KeyObject;
}

/** RFC 5280 §4.1. */
function certificate(ask: CertificateAsk, { random, privateKey, issuer, signer }: Making): Buffer {
  const { from = '200101', until = '491231' } = ask;
  const serial = random.bytes(8);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, serial),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(...[from, until].map((day) => tagged(0x17, Buffer.from(`${day}000000Z`)))),
    nameOf(ask.subject),
    spki,
    tagged(0xa3, sequence(...extensionsOf(ask, spki))),
  );
  const signature = sign('sha256', body, { key: signer, dsaEncoding: 'der' });
  return sequence(body, ecdsaWithSha256, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
}

function extensionsOf({ isAuthority = false, host, aaguid }: CertificateAsk, spki: Buffer): Buffer[] {
  const yes = tagged(0x01, Buffer.from([0xff]));
  const basic = isAuthority ? sequence(yes) : sequence();
  const keyId = hash('sha1', spki, 'buffer');
  return [
    sequence(oid('2.5.29.19'), yes, tagged(0x04, basic)),
    sequence(oid('2.5.29.14'), tagged(0x04, tagged(0x04, keyId))),
    ...(host ? [sequence(oid('2.5.29.17'), tagged(0x04, sequence(tagged(0x82, Buffer.from(host)))))] : []),
    ...(aaguid
      ? [
          sequence(
            oid('1.3.6.1.4.1.45724.1.1.4'),
            tagged(0x04, tagged(0x04, Buffer.from(aaguid.replaceAll('-', ''), 'hex'))),
          ),
        ]
      : []),
  ];
}

const attributeTypes = { C: '2.5.4.6', O: '2.5.4.10', OU: '2.5.4.11', CN: '2.5.4.3' } as const;

function nameOf(subject: CertificateAsk['subject']): Buffer {
  const parts = (['C', 'O', 'OU', 'CN'] as const).flatMap((key) => {
    const value = subject[key];
    const text = value === undefined ? null : tagged(key === 'C' ? 0x13 : 0x0c, Buffer.from(value));
    return text ? [tagged(0x31, sequence(oid(attributeTypes[key]), text))] : [];
  });
  return sequence(...parts);
}

/** DER (X.690 §8.1): a tag, the shortest length, the value. */
function tagged(tag: number, value: Buffer): Buffer {
  const { length } = value;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), value]);
  const head = length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), value]);
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = rest.flatMap((arc) => {
    const digits = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return tagged(0x06, Buffer.from([first * 40 + second, ...bytes]));
}
