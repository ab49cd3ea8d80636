import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Failure } from '../src/failure.ts';
import { readSettings } from '../src/serve/settings.ts';

const far = { ARGUS_ISSUER: 'https://login.example' };
const mailOf = async (env: Record<string, string>) => (await readSettings({ env }, {})).config.mail;

async function mistakesOf(env: Record<string, string>): Promise<readonly string[]> {
  const failure = await readSettings({ env }, {}).catch((error: unknown) => error);
  assert.ok(failure instanceof Failure, 'it was taken');
  return failure.lines;
}

describe('where mail goes', () => {
  test('is this machine without any setting, while the issuer is one of its own names', async () => {
    for (const issuer of [
      'http://localhost:8100',
      'http://127.0.0.1:8100',
      'http://[::1]:8100',
      'http://argus.localhost',
    ])
      assert.deepEqual(await mailOf({ ARGUS_ISSUER: issuer }), {
        smtp: null,
        from: { name: 'Argus', address: 'no-reply@localhost' },
      });
  });

  test('must be a mail server for everybody else', async () => {
    const [line, ...more] = await mistakesOf(far);
    assert.match(line ?? '', /ARGUS_SMTP_URL must name a mail server/);
    assert.equal(more.length, 0);
  });

  test('is read from one address, with TLS demanded unless it is on this machine', async () => {
    const read = async (url: string) => (await mailOf({ ...far, ARGUS_SMTP_URL: url })).smtp;
    const login = { user: 'argus@mail.example', password: 'p@ss/word:%' };
    const named = `argus%40mail.example:${encodeURIComponent(login.password)}@`;
    const [host, none] = ['mail.example', null];
    assert.deepEqual(await read(`smtp://${named}mail.example`), { host, port: 587, tls: 'required', login });
    assert.deepEqual(await read('smtps://mail.example'), { host, port: 465, tls: 'implicit', login: none });
    assert.deepEqual(await read('smtp://mail.example:25?tls=none'), {
      host,
      port: 25,
      tls: 'none',
      login: none,
    });
    for (const own of ['localhost', '127.0.0.1', '[::1]'])
      assert.equal((await read(`smtp://${own}:1025`))?.tls, 'none');
    assert.equal((await read('smtp://localhost?tls=required'))?.tls, 'required');
    assert.equal((await read('smtp://[2001:db8::25]'))?.host, '2001:db8::25');
  });

  test('that is written wrongly is told without its password', async () => {
    const wrong = [
      'mail.example',
      'http://argus:topsecret@mail.example',
      'smtp://',
      'smtp://argus@mail.example',
      'smtp://:topsecret@mail.example',
      'smtp://argus:topsecret%zz@mail.example',
      'smtp://argus:topsecret@mail.example/path',
      'smtp://argus:topsecret@mail.example?rejectUnauthorized=false',
      'smtp://argus:topsecret@mail.example:99999',
      'smtps://argus:topsecret@mail.example?tls=none',
      'smtp://argus:topsecret@mail exa',
    ];
    for (const url of wrong) {
      const lines = await mistakesOf({ ...far, ARGUS_SMTP_URL: url });
      assert.equal(lines.length, 1, url);
      assert.match(lines[0] ?? '', /^- ARGUS_SMTP_URL must look like smtp:/, url);
      assert.doesNotMatch(lines[0] ?? '', /topsecret/);
    }
  });
});

describe('whom mail is from', () => {
  const fromOf = async (from?: string) =>
    (
      await mailOf({
        ...far,
        ARGUS_SMTP_URL: 'smtps://m.example',
        ...(from ? { ARGUS_MAIL_FROM: from } : {}),
      })
    ).from;

  test('is the host of the issuer unless it is said', async () => {
    assert.deepEqual(await fromOf(), { name: 'Argus', address: 'no-reply@login.example' });
    assert.deepEqual(await fromOf('Example Corp <Hello@Example.org>'), {
      name: 'Example Corp',
      address: 'hello@example.org',
    });
    assert.deepEqual(await fromOf('hello@example.org'), { name: '', address: 'hello@example.org' });
  });

  test('cannot be more than one, or hold a header', async () => {
    const several = [
      'a@b.example, c@d.example',
      'Argus',
      '<>',
      'A <a@b.example> <c@d.example>',
      'A\r\nBcc: x <a@b.example>',
    ];
    for (const from of several) {
      const [line] = await mistakesOf({ ...far, ARGUS_SMTP_URL: 'smtps://m.example', ARGUS_MAIL_FROM: from });
      assert.match(line ?? '', /^- ARGUS_MAIL_FROM must be an address/, from);
    }
  });
});
