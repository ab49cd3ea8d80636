import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import { fakeClock } from '@argus/testing/clock';
import { modulesOf, readQrCode } from '@argus/testing/qr-reader';
import { seededRandom } from '@argus/testing/random';
import { totpApp } from '@argus/testing/totp-app';
import type { Browser } from 'playwright-core';
import { encode } from 'uqr';
import { qrCode, qrCodeUrl } from '../src/authenticators/totp/qr-code.ts';
import { newTotpSecret, otpauthUri, secretText } from '../src/authenticators/totp/secret.ts';
import { framed } from '../src/pages/frame.ts';
import { render } from '../src/pages/html.ts';
import { openPages } from './pages-stage.ts';

const secret = newTotpSecret({ random: seededRandom('qr code') });
const uri = otpauthUri({ secret, account: 'ann@example.org' });
const label = 'QR code for your authenticator app';
const svg = render(qrCode(uri, label));

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

test('a phone reads from the drawing what was put into it', () => {
  assert.equal(readQrCode(svg), uri);
  const clock = fakeClock();
  assert.equal(totpApp(readQrCode(svg), { clock }).code(), totpApp(secretText(secret), { clock }).code());
});

test('a phone reads texts of every length that a name may have', () => {
  for (let length = 1; length < 400; length += 7) {
    const text = `otpauth://${'x'.repeat(length)}`;
    assert.equal(readQrCode(render(qrCode(text, label))), text);
  }
});

test('the drawing has the modules of the matrix and no other', () => {
  assert.deepEqual(modulesOf(svg), encode(uri, { ecc: 'M', boostEcc: true, border: 0 }).data);
});

test('the code of the API is the same drawing as an image', () => {
  const [head, body = ''] = qrCodeUrl(uri, label).split(',');
  assert.equal(head, 'data:image/svg+xml;base64');
  assert.equal(Buffer.from(body, 'base64').toString('utf8'), svg);
});

test('no text in the label leaves its attribute', () => {
  const text = render(qrCode(uri, '"><script>alert(1)</script>'));
  assert.ok(text.includes('aria-label="&quot;&gt;&lt;script&gt;'));
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`a camera sees the code on a ${colorScheme} page, with its light border, under the policy of pages`, async () => {
    const body = qrCode(uri, label);
    const pages = { code: framed({ heading: 'Scan', shape: 'narrow', body }) };
    await using opened = await openPages(browser, { pages }, { colorScheme });
    await opened.show('code');
    const code = opened.page.getByRole('img', { name: label });
    const shot = (await code.screenshot()).toString('base64');
    const size = encode(uri, { ecc: 'M', boostEcc: true, border: 4 }).size;
    const seen = await opened.page.evaluate(darkModules, { shot, size });
    const wanted = encode(uri, { ecc: 'M', boostEcc: true, border: 4 }).data;
    assert.deepEqual(seen, wanted);
  });

  test(`a browser shows the image of the API on a ${colorScheme} page`, async () => {
    await using opened = await openPages(browser, { pages: {} }, { colorScheme });
    await opened.show('none');
    const size = encode(uri, { ecc: 'M', boostEcc: true, border: 4 }).size;
    const shot = qrCodeUrl(uri, label);
    assert.equal(await opened.page.evaluate(widthOf, shot), size * 4);
  });
}

/** In the browser: which modules of a screenshot are dark in their middle. */
async function darkModules({ shot, size }: { shot: string; size: number }): Promise<boolean[][]> {
  const image = new Image();
  image.src = `data:image/png;base64,${shot}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  context.drawImage(image, 0, 0);
  const side = image.width / size;
  const isDark = (x: number, y: number) =>
    (context.getImageData((x + 0.5) * side, (y + 0.5) * side, 1, 1).data[0] ?? 255) < 128;
  return Array.from({ length: size }, (_, y) => Array.from({ length: size }, (__, x) => isDark(x, y)));
}

/** In the browser: how wide it shows an image. */
async function widthOf(src: string): Promise<number> {
  const image = new Image();
  image.src = src;
  await image.decode();
  return image.width;
}
