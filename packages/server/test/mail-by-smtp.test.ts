import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Config } from '@argus/server';
import { selfSigned } from '@argus/testing/certificate';
import type { TestServer } from '@argus/testing/server';
import { mailOf } from '../src/config/mail.ts';
import { type MailServer, type MailServerOptions, openMailServer, smtpLogin } from './mail-server.ts';
import { counted, deliver, mailEvents, order, waiting } from './mail-stage.ts';
import { openStage } from './stage.ts';

const pair = selfSigned('localhost');
const trusted = getCACertificates('default');
before(() => setDefaultCACertificates([...trusted, pair.cert]));
after(() => setDefaultCACertificates(trusted));

function settings(url: string): Config['mail'] {
  const mistakes: string[] = [];
  const mail = mailOf({ smtpUrl: url, from: 'Argus at Home <argus@mail.example>', issuer: null }, mistakes);
  assert.deepEqual(mistakes, []);
  return mail;
}

const login = `${smtpLogin.user}:${encodeURIComponent(smtpLogin.password)}@`;

interface Posted extends AsyncDisposable {
  readonly argus: TestServer;
  readonly mailServer: MailServer;
}

/** Argus and the server that its mail goes to. */
async function open(urlOf: (port: number) => string, options: MailServerOptions = {}): Promise<Posted> {
  const stack = new AsyncDisposableStack();
  const mailServer = stack.use(await openMailServer(options));
  const argus = stack.use(
    await openStage({ config: { mail: settings(urlOf(mailServer.port)), logLevel: 'silent' } }),
  );
  return { argus, mailServer, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe('a mail over SMTP', () => {
  test('arrives with both forms, its sender, and what keeps machines from answering', async () => {
    await using posted = await open((port) => `smtp://${login}localhost:${port}`);
    await order(posted.argus, { to: 'ada@example.org' });
    const { rows } = await posted.argus.argus.services.store.pool.query('SELECT id FROM mails');
    await deliver(posted.argus);
    const [mail, ...more] = posted.mailServer.arrived;
    assert.ok(mail);
    assert.equal(more.length, 0);
    const parsed = await mail.parsed();
    assert.deepEqual([mail.from, mail.to, mail.login], ['argus@mail.example', ['ada@example.org'], 'argus']);
    assert.equal(parsed.messageId, `<${rows[0].id}@localhost>`);
    assert.equal(parsed.from?.text, '"Argus at Home" <argus@mail.example>');
    assert.equal(parsed.subject, 'Your password was changed');
    assert.equal(parsed.headers.get('auto-submitted'), 'auto-generated');
    assert.equal(parsed.date?.getTime(), posted.argus.clock.now());
    for (const form of [parsed.text ?? '', String(parsed.html)]) {
      assert.match(form, /Chrome on Linux/);
      assert.ok(form.includes('http://localhost:8100/sign-in'));
    }
    assert.deepEqual(parsed.attachments, []);
    assert.doesNotMatch(String(parsed.html), /<(img|script|link|style|iframe)\b|url\(/);
    assert.doesNotMatch(mail.raw, /^(x-mailer|user-agent|list-|received):/im);
  });

  test('is encrypted by STARTTLS, and from the first byte, where the certificate is trusted', async () => {
    const ways = [
      [(port: number) => `smtp://${login}localhost:${port}?tls=required`, { tls: pair }],
      [(port: number) => `smtps://${login}localhost:${port}`, { tls: pair, isImplicit: true }],
    ] as const;
    for (const [urlOf, options] of ways) {
      await using posted = await open(urlOf, options);
      await order(posted.argus);
      await deliver(posted.argus);
      assert.equal(posted.mailServer.arrived[0]?.isEncrypted, true);
      assert.equal(posted.mailServer.arrived[0]?.login, 'argus');
    }
  });

  test('reaches nobody where a stranger shows another certificate, or takes the offer of encryption away', async () => {
    const stranger = selfSigned('localhost');
    const foreign = selfSigned('mail.example');
    setDefaultCACertificates([...trusted, pair.cert, foreign.cert]);
    const ways: [(port: number) => string, MailServerOptions][] = [
      [(port) => `smtp://localhost:${port}?tls=required`, { tls: stranger }],
      [(port) => `smtps://localhost:${port}`, { tls: stranger, isImplicit: true }],
      [(port) => `smtps://localhost:${port}`, { tls: foreign, isImplicit: true }],
      [(port) => `smtp://${login}localhost:${port}?tls=required`, {}],
    ];
    for (const [urlOf, options] of ways) {
      await using posted = await open(urlOf, options);
      await order(posted.argus);
      await deliver(posted.argus);
      assert.deepEqual([posted.mailServer.arrived.length, await waiting(posted.argus)], [0, 1]);
      posted.argus.clock.advance(3 * 86_400_000);
      await deliver(posted.argus);
      assert.equal((await mailEvents(posted.argus))[0]?.reason, 'not-encrypted');
    }
  });
});

describe('a mail server', () => {
  const answers = [
    ['recipient', 550, 'given-up', 'recipient-refused'],
    ['content', 554, 'given-up', 'message-refused'],
    ['recipient', 451, 'put-off', 'asked-to-wait'],
    ['content', 452, 'put-off', 'asked-to-wait'],
    ['sender', 553, 'put-off', 'sender-refused'],
    ['connection', 554, 'put-off', 'unreachable'],
  ] as const;
  for (const [moment, code, outcome, reason] of answers) {
    test(`that answers ${code} to the ${moment}: ${outcome}`, async () => {
      await using posted = await open((port) => `smtp://${login}localhost:${port}`);
      posted.mailServer.refuses = { [moment]: code };
      await order(posted.argus);
      await deliver(posted.argus);
      assert.equal(await counted(posted.argus, outcome), 1);
      if (outcome === 'put-off') {
        posted.argus.clock.advance(45_000);
        posted.mailServer.refuses = {};
        await deliver(posted.argus);
        assert.equal(posted.mailServer.arrived.length, 1);
      } else {
        assert.equal((await mailEvents(posted.argus))[0]?.reason, reason);
        assert.equal(await waiting(posted.argus), 0);
      }
    });
  }

  test('that knows another password keeps the mail waiting', async () => {
    await using posted = await open((port) => `smtp://argus:wrong@localhost:${port}`);
    await order(posted.argus);
    await deliver(posted.argus);
    assert.deepEqual([await waiting(posted.argus), await counted(posted.argus, 'put-off')], [1, 1]);
  });

  test('that is down gets the mail when it is up again', async () => {
    await using posted = await open((port) => `smtp://localhost:${port}`);
    const { port } = posted.mailServer;
    await posted.mailServer.close();
    await order(posted.argus);
    await deliver(posted.argus);
    assert.equal(await waiting(posted.argus), 1);
    await using again = await openMailServer({ port });
    posted.argus.clock.advance(45_000);
    await deliver(posted.argus);
    assert.deepEqual([again.arrived.length, await waiting(posted.argus)], [1, 0]);
  });
});
