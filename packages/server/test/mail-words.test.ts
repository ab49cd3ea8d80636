import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { writeMail } from '../src/mail/letters/index.ts';
import { maskedEmail, plainWords } from '../src/mail/plain-words.ts';
import { believable, type Chosen, place, sampleDrafts } from './mail-samples.ts';
import { openPages } from './pages-stage.ts';

const writtenOf = (chosen: Chosen) =>
  Object.values(sampleDrafts(chosen)).map((draft) => ({ draft, mail: writeMail(draft, place) }));

describe('a mail of each kind', () => {
  test('says the same in both forms, whose site it is, and where its link leads', () => {
    for (const { draft, mail } of writtenOf(believable)) {
      assert.match(mail.subject, /^\p{Lu}[^\n]{8,60}$/u, draft.kind);
      assert.match(mail.text, /^Hello Ada,\n\n/, draft.kind);
      assert.match(mail.html, /<bdi>Hello Ada,<\/bdi>/, draft.kind);
      for (const form of [mail.text, mail.html]) {
        assert.match(form, /login\.example/, draft.kind);
        assert.doesNotMatch(form, /undefined|null|NaN|\[object/, draft.kind);
        if ('link' in draft) assert.ok(form.includes(draft.link), draft.kind);
        if ('by' in draft)
          for (const fact of ['Chrome on Windows', '203.0.113.7', '08:59 UTC'])
            assert.ok(form.includes(fact), fact);
      }
    }
  });

  test('has a subject and words of its own', () => {
    const written = writtenOf(believable);
    assert.equal(new Set(written.map(({ mail }) => mail.subject)).size, written.length);
  });

  test('leads nowhere but to our own site, and fetches nothing', () => {
    for (const { mail } of writtenOf(believable)) {
      for (const [, url = ''] of mail.html.matchAll(/(?:href|src|action)="([^"]*)"/g))
        assert.ok(url.startsWith(`${place.issuer}/`), url);
      assert.doesNotMatch(mail.html, /<(?:img|script|link|style|iframe|form|table)\b|url\(|\son\w+=/);
    }
  });

  test('frightens nobody and promises nothing', () => {
    for (const { mail } of writtenOf(believable))
      assert.doesNotMatch(mail.text, /urgent|immediately|suspended|click here|dear (customer|user)|!/i);
  });
});

test('a link says how long it works, counted from when the mail leaves', () => {
  const { 'reset-password': draft } = sampleDrafts(believable);
  assert.match(writeMail(draft, place).text, /ends in 30 minutes, on 5 Jan 2026, 09:30 UTC/);
  const later = { ...place, now: place.now + 20 * 60_000 };
  assert.match(writeMail(draft, later).text, /ends in 10 minutes, on 5 Jan 2026, 09:30 UTC/);
});

test('how many recovery codes are left is said as people say it', () => {
  const { 'recovery-codes-used': draft } = sampleDrafts(believable);
  const said = [0, 1, 2].map((left) => writeMail({ ...draft, left }, place).text);
  assert.match(said[0] ?? '', /None of your recovery codes is left/);
  assert.match(said[1] ?? '', /One recovery code is left/);
  assert.match(said[2] ?? '', /2 recovery codes are left/);
});

test('a new address is told to its owner, and to nobody else', () => {
  assert.equal(maskedEmail('mallory@elsewhere.example'), 'm•••@elsewhere.example');
  const { 'email-changed': draft } = sampleDrafts(believable);
  const { text, html } = writeMail(draft, place);
  for (const form of [text, html])
    assert.ok(!form.includes('mallory') && form.includes('m•••@elsewhere.example'));
});

describe('what a stranger chose', () => {
  const chosen = (text: string): Chosen => ({ name: text, device: text, label: text });

  test('adds no line, header or direction to a mail', () => {
    const text = 'Eve\r\nBcc: all\u0000\u2028\u202Enimda\u2066\u200B\u00AD end';
    for (const { draft, mail } of writtenOf(chosen(text))) {
      assert.doesNotMatch(mail.subject, /[\p{Cc}\p{Cf}]/u, draft.kind);
      for (const form of [mail.text, mail.html]) {
        assert.doesNotMatch(form, /\nBcc/, draft.kind);
        assert.doesNotMatch(form.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\u2028\u2029]/u, draft.kind);
      }
    }
  });

  test('is text in the markup', () => {
    for (const { mail } of writtenOf(chosen('<b onclick="x">"&\'')))
      assert.doesNotMatch(mail.html, /<b |<b>|"x"/);
  });

  test('that a mail program would make a link of is left out', () => {
    const lures = [
      'Win at https://evil.example/now',
      'visit evil.example today',
      'www.evil',
      'call bob@evil.example',
      'evil．example',
      'пример.рф',
    ];
    for (const lure of lures) {
      assert.equal(plainWords(lure, 60), null, lure);
      for (const { mail } of writtenOf(chosen(lure))) {
        for (const form of [mail.text, mail.html]) assert.ok(!form.includes(lure), lure);
        assert.match(mail.text, /^Hello,\n/);
      }
    }
    for (const name of [
      'J. R. R. Tolkien',
      'Dr. Who',
      'Ada',
      'Łukasz Żółć',
      'नमस्ते',
      '李小龙',
      'O’Neil-Smith',
    ])
      assert.equal(plainWords(name, 60), name);
  });

  test('is cut when it is long, between letters', () => {
    assert.equal(plainWords('😀'.repeat(80), 60), `${'😀'.repeat(59)}…`);
    assert.equal(plainWords(' \u0000 ', 60), null);
  });
});

describe('in a browser', () => {
  const pages = Object.fromEntries(writtenOf(believable).map(({ draft, mail }) => [draft.kind, mail.html]));
  // Mail programs allow styles in place and nothing else.
  const policy = "default-src 'none'; style-src-attr 'unsafe-inline'";
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());

  // Colours are all that differ in the dark.
  const looks = [
    { colorScheme: 'light', names: Object.keys(pages) },
    { colorScheme: 'dark', names: ['email-changed', 'recovery-cancelled'] },
  ] as const;
  for (const { colorScheme, names } of looks) {
    test(`axe finds nothing in ${names.length} mails when it is ${colorScheme}, and none is wider than 320 pixels`, async () => {
      const options = { colorScheme, viewport: { width: 320, height: 700 } };
      await using opened = await openPages(browser, { pages, policy }, options);
      for (const name of names) {
        await opened.show(name);
        const found = await new AxeBuilder({ page: opened.page }).setLegacyMode(true).analyze();
        assert.deepEqual(
          found.violations.map((rule) => `${name}: ${rule.id} ${rule.nodes.map(({ html }) => html).join()}`),
          [],
        );
        const width = await opened.page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= 320, `${name} is ${width} pixels wide`);
      }
    });
  }
});
