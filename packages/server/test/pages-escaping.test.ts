import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import fc from 'fast-check';
import type { Browser, Page } from 'playwright-core';
import { accountPage } from '../src/pages/account.ts';
import { type HtmlValue, html, render } from '../src/pages/html.ts';
import { messagePage } from '../src/pages/message.ts';
import { sampleAccount, samplePages } from './pages-samples.ts';
import type { Texts } from './pages-samples-session.ts';

// The judge of what is a tag is a real browser's parser, not a second one of ours.
let browser: Browser;
let page: Page;
before(async () => {
  browser = await launchBrowser();
  page = await browser.newPage();
});
after(() => browser.close());

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' autofocus onfocus='alert(1)",
  '--><svg onload=alert(1)>',
  '</title></textarea></style></script><b>',
  '<!--',
  '&lt;b&gt; &#60;i&#62;',
  'javascript:alert(1)',
  '//elsewhere.example/',
  '/\\elsewhere.example',
  '\u202e<b>\u0000</b>',
] as const;
const hostileText = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
  fc
    .array(fc.constantFrom('<', '>', '"', "'", '&', '/', '=', ' ', 'b', '!', '-', '`'), { minLength: 1 })
    .map((parts) => parts.join('')),
);

test('no text in any field of any page makes an element or an attribute', async () => {
  const expected = await skeletonsOf(samplePages(() => 'x'));
  await fc.assert(
    fc.asyncProperty(fc.array(hostileText, { minLength: 1, maxLength: 12 }), async (texts) => {
      assert.deepEqual(await skeletonsOf(samplePages(inTurn(texts))), expected);
    }),
    { numRuns: 60 },
  );
});

test('no text in any field makes a link or a form lead to another origin or run script', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(hostileText, { minLength: 1, maxLength: 12 }), async (texts) => {
      const targets = await targetsOf(Object.values(samplePages(inTurn(texts))));
      assert.deepEqual(
        targets.filter((target) => !target.startsWith('https://argus.example/')),
        [],
      );
    }),
    { numRuns: 40 },
  );
});

test('a person reads a hostile text exactly as it was written', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1, unit: 'grapheme-ascii' }), async (text) => {
      const pageText = accountPage(
        sampleAccount(() => 'x', { events: [{ time: text, type: text, sentence: text, ip: null }] }),
      );
      assert.equal(await textOf(pageText, '.event-sentence'), text);
    }),
    { numRuns: 40 },
  );
});

test('a message leads only to paths of its own origin', () => {
  for (const href of ['https://elsewhere.example/', '//elsewhere.example', '/\\elsewhere.example', '/\t/x']) {
    const text = messagePage({ title: 't', message: 'm', action: { href, label: 'On' } });
    assert.match(text, /href="\/">On</, href);
  }
  const text = messagePage({
    title: 't',
    message: 'm',
    action: { href: '/account?a=1', label: 'On' },
  });
  assert.match(text, /href="\/account\?a=1">On</);
});

test('markup nests, lists join, and nothing stands for null, undefined and false', () => {
  const list = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
  assert.equal(
    render(html`<ul>${list}${null}${undefined}${false}${0}</ul>`),
    '<ul><li>a</li><li>&lt;b&gt;</li>0</ul>',
  );
});

test('text inside a tag but outside quotes is a fault, because no escaping makes it safe', () => {
  const text: HtmlValue = 'x onload=alert(1)';
  assert.throws(() => html`<p ${text}></p>`, TypeError);
  assert.throws(() => html`<p class=${text}></p>`, TypeError);
  assert.equal(render(html`<p title="a > ${text}">${text}</p>`).includes('<p title="a > x onload'), true);
  assert.equal(render(html`<input${html` required`}>`), '<input required>');
});

function inTurn(texts: readonly string[]): Texts {
  let at = 0;
  return () => texts[at++ % texts.length] ?? 'x';
}

/** Per page, each element with the names of its attributes, as Chromium parses it. */
function skeletonsOf(pages: Readonly<Record<string, string>>): Promise<Record<string, string[]>> {
  return page.evaluate((all) => {
    const skeletons: Record<string, string[]> = {};
    for (const [name, text] of Object.entries(all)) {
      const elements = new DOMParser().parseFromString(text, 'text/html').querySelectorAll('*');
      skeletons[name] = [...elements].map(
        (element) => `${element.tagName} ${element.getAttributeNames().join(' ')}`,
      );
    }
    return skeletons;
  }, pages);
}

/** Where every link and form of these pages leads, resolved as a browser would. */
function targetsOf(pages: readonly string[]): Promise<string[]> {
  return page.evaluate(
    (all) =>
      all.flatMap((text) => {
        const parsed = new DOMParser().parseFromString(text, 'text/html');
        const named = [...parsed.querySelectorAll('a, form, link[rel=stylesheet]')];
        return named.map((element) => {
          const target = element.getAttribute('href') ?? element.getAttribute('action') ?? '';
          return URL.parse(target, 'https://argus.example/account')?.href ?? `unreadable: ${target}`;
        });
      }),
    pages,
  );
}

function textOf(document: string, selector: string): Promise<string | null | undefined> {
  return page.evaluate(
    ([text, wanted]) => new DOMParser().parseFromString(text, 'text/html').querySelector(wanted)?.textContent,
    [document, selector] as const,
  );
}
