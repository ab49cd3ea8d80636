import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '@argus/testing/clock';
import { seededRandom } from '@argus/testing/random';
import { hash as bcryptOf } from '@node-rs/bcrypt';
import { createPasswordHasher } from '../src/authenticators/password/hasher.ts';
import { judgeImportedHash } from '../src/authenticators/password/stored-hash.ts';

const hasher = await createPasswordHasher(seededRandom('imported', fakeClock()));
const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64').replace(/=+$/, '');

/** Hashes that others published, with where they stand. */
const published: readonly { readonly from: string; readonly password: string; readonly text: string }[] = [
  {
    from: 'bcrypt 2a: crypt_blowfish, wrapper.c',
    password: 'U*U*',
    text: '$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK',
  },
  {
    from: 'scrypt: RFC 7914 §12, third vector, 16 lanes',
    password: 'password',
    text: `$scrypt$ln=10,r=8,p=16$TmFDbA$${base64('fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640')}`,
  },
  {
    from: 'scrypt: passlib, passlib.hash.scrypt',
    password: 'password',
    text: '$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E',
  },
  {
    from: 'PBKDF2 with SHA-1: RFC 6070',
    password: 'password',
    text: `$pbkdf2-sha1$i=4096$c2FsdA$${base64('4b007901b765489abead49d926f721d065a429c1')}`,
  },
  {
    from: 'PBKDF2 with SHA-256: RFC 7914 §11',
    password: 'Password',
    text: `$pbkdf2-sha256$i=80000$TmFDbA$${base64('4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d')}`,
  },
  {
    from: 'PBKDF2 with SHA-256 as passlib writes it',
    password: 'password',
    text: '$pbkdf2-sha256$6400$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M',
  },
  {
    from: 'PBKDF2 with SHA-1: RFC 6070, in passlib’s text',
    password: 'password',
    text: `$pbkdf2$4096$c2FsdA$${base64('4b007901b765489abead49d926f721d065a429c1').replaceAll('+', '.')}`,
  },
  {
    from: 'Argon2i: reference implementation, test.c',
    password: 'password',
    text: '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA',
  },
  {
    from: 'Argon2i version 16: reference implementation, test.c',
    password: 'password',
    text: '$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ',
  },
  {
    from: 'Argon2id: reference implementation, test.c',
    password: 'password',
    text: '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  },
  {
    from: 'Firebase: github.com/firebase/scrypt, README',
    password: 'user1password',
    text: '$firebase-scrypt$n=14,r=8,sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==,ss=Bw==$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
  },
];

for (const { from, password, text } of published) {
  test(`a published hash verifies its password and no other (${from})`, async () => {
    assert.equal(judgeImportedHash(text), null);
    assert.equal(await hasher.verify(text, password), true);
    assert.equal(await hasher.verify(text, `${password} `), false);
    assert.equal(await hasher.verify(text, otherCase(password)), false);
  });
}

test('only Argon2id of today’s cost needs no new hash', async () => {
  assert.equal(hasher.isCurrent(await hasher.hash('any')), true);
  const costly = published.filter(({ text }) => text.startsWith('$argon2id$v=19$m=65536,t=2'));
  assert.equal(costly.length, 1);
  for (const { text } of published) assert.equal(hasher.isCurrent(text), costly[0]?.text === text, text);
  assert.equal(
    hasher.isCurrent(
      '$argon2id$v=19$m=12288,t=3,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    ),
    false,
  );
});

test('bcrypt compares the 72 bytes that its origin hashed, and what replaces it compares all', async () => {
  const long = 'ä'.repeat(36);
  for (const version of ['2a', '2b', '2y'] as const) {
    const text = await bcryptOf(`${long} and more`, { cost: 4, version });
    assert.equal(await hasher.verify(text, `${long} and more`), true);
    assert.equal(await hasher.verify(text, `${long} and something else`), true);
    assert.equal(await hasher.verify(text, long.slice(0, -1)), false);
  }
  const today = await hasher.hash(`${long} and more`);
  assert.equal(await hasher.verify(today, `${long} and something else`), false);
});

test('bcrypt’s repeating key makes no second password', async () => {
  const text = await bcryptOf('abc', { cost: 4 });
  assert.equal(await hasher.verify(text, 'abc'), true);
  assert.equal(await hasher.verify(text, 'abc\0abc'), false);
});

test('a password that was hashed decomposed elsewhere is right however it is typed here', async () => {
  const decomposed = 'cafe\u0301 au lait';
  const text = await bcryptOf(decomposed, { cost: 4 });
  assert.equal(await hasher.verify(text, decomposed), true);
  const composed = await bcryptOf(decomposed.normalize('NFC'), { cost: 4 });
  assert.equal(await hasher.verify(composed, decomposed), true);
});

function otherCase(text: string): string {
  return text.replace(/[a-z]/i, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

const salt = 'c29tZXNhbHQ';
const hash32 = 'CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
const refused: readonly { readonly text: string; readonly because: RegExp }[] = [
  { text: 'secret in clear', because: /no kind/ },
  { text: '$1$abcdefgh$irWbblnpmw.5z7wgBnprh0', because: /no kind/ },
  { text: '5f4dcc3b5aa765d61d8327deb882cf99', because: /no kind/ },
  { text: '$2x$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK', because: /no kind/ },
  { text: '$2b$15$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK', because: /cost/ },
  { text: '$2b$99$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK', because: /form/ },
  { text: '$2b$10$CCCCCCCCCCCC', because: /form/ },
  { text: `$argon2id$v=19$m=4194304,t=1,p=1$${salt}$${hash32}`, because: /cost/ },
  { text: `$argon2id$v=19$m=65536,t=100,p=1$${salt}$${hash32}`, because: /cost/ },
  { text: `$argon2id$v=19$m=65536,t=2,p=64$${salt}$${hash32}`, because: /cost/ },
  { text: `$argon2id$v=19$m=65536,t=2,p=1,keyid=AAAA$${salt}$${hash32}`, because: /form/ },
  { text: `$argon2id$v=19$m=65536,t=0,p=1$${salt}$${hash32}`, because: /form/ },
  { text: `$argon2id$v=19$m=65536,t=2,p=1$${salt}$AAAA`, because: /form/ },
  { text: `$argon2id$v=19$m=${'9'.repeat(30)},t=2,p=1$${salt}$${hash32}`, because: /form/ },
  { text: `$scrypt$ln=19,r=8,p=1$${salt}$${hash32}`, because: /cost/ },
  { text: `$scrypt$ln=14,r=8,p=4096$${salt}$${hash32}`, because: /cost/ },
  { text: `$scrypt$ln=999999,r=8,p=1$${salt}$${hash32}`, because: /form/ },
  { text: `$scrypt$ln=16,r=1,p=1$${salt}$${hash32}`, because: /form/ },
  { text: `$firebase-scrypt$n=16,r=1,sk=${hash32},ss=Bw==$${salt}$${hash32}`, because: /form/ },
  { text: `$scrypt$r=8,ln=14,p=1$${salt}$${hash32}`, because: /form/ },
  { text: `$scrypt$ln=14,r=8,p=1$${salt}$AA`, because: /form/ },
  { text: `$pbkdf2-sha512$i=9999999$${salt}$${hash32}`, because: /cost/ },
  { text: `$pbkdf2-md5$i=1000$${salt}$${hash32}`, because: /form/ },
  { text: `$pbkdf2-sha256$i=0$${salt}$${hash32}`, because: /form/ },
  { text: `$firebase-scrypt$n=20,r=8,sk=${hash32},ss=Bw==$${salt}$${hash32}`, because: /cost/ },
  { text: `$firebase-scrypt$n=14,r=8,sk=AAAA,ss=Bw==$${salt}$${hash32}`, because: /form/ },
  { text: `$scrypt$ln=14,r=8,p=1$${salt}$${'A'.repeat(600)}`, because: /longer/ },
];

for (const { text, because } of refused) {
  test(`a hash that nobody could or should verify is refused before any work: ${text.slice(0, 44)}`, async () => {
    assert.match(judgeImportedHash(text) ?? '', because);
    assert.equal(await hasher.verify(text, 'password'), false);
  });
}
