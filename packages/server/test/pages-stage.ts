import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { loadsScript, pagePolicy } from '../src/http/security-headers.ts';
import { pageScripts } from '../src/pages/index.ts';
import { stylesheet } from '../src/pages/stylesheet.ts';

/** A secure context without a certificate, so that passkeys work on it. */
export const origin = 'http://argus.localhost';

/** What the stage shows: pages by name, under the policy that pages are served with unless told otherwise. */
export interface Play {
  readonly pages: Readonly<Record<string, string>>;
  readonly policy?: string;
  /** Answers to what scripts ask, by path. */
  readonly answers?: Readonly<Record<string, Answering>>;
}

export type Answering = (
  fields: URLSearchParams,
) => { readonly status: number; readonly json: unknown } | 'dead';

export interface Opened extends AsyncDisposable {
  readonly page: Page;
  show(name: string): Promise<void>;
  /** What stands in an element, with single spaces. */
  words(selector: string): Promise<string>;
  /** The next form that is sent to this path: its fields, in order. */
  sent(path: string, act: () => Promise<unknown>): Promise<URLSearchParams>;
}

/** Opens a window of its own, answered by the test itself: no server and no network. */
export async function openPages(
  browser: Browser,
  play: Play,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  await answerFrom(context, play);
  const page = await context.newPage();
  return {
    page,
    show: async (name) => {
      await page.goto(`${origin}/page/${encodeURIComponent(name)}`);
    },
    words: async (selector) => ((await page.locator(selector).textContent()) ?? '').replace(/\s+/g, ' '),
    sent: async (path, act) => {
      const [request] = await Promise.all([
        page.waitForRequest((sent) => new URL(sent.url()).pathname === path),
        act(),
      ]);
      return new URLSearchParams(request.postData() ?? '');
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}

async function answerFrom(context: BrowserContext, { pages, policy, answers = {} }: Play): Promise<void> {
  await context.route('**/*', (route) => {
    const path = decodeURIComponent(new URL(route.request().url()).pathname);
    if (path === '/assets/argus.css') return route.fulfill({ contentType: 'text/css', body: stylesheet });
    // The real one would close the page that is looked at.
    if (path === '/assets/window.js')
      return route.fulfill({ contentType: 'text/javascript; charset=utf-8', body: '' });
    const script = path.startsWith('/assets/') && pageScripts[path.replace('/assets/', '')];
    if (script) return route.fulfill({ contentType: 'text/javascript; charset=utf-8', body: script });
    const answer = answers[path]?.(new URLSearchParams(route.request().postData() ?? ''));
    if (answer === 'dead') return route.abort();
    if (answer) return route.fulfill({ status: answer.status, json: answer.json });
    const body = pages[path.replace('/page/', '')] ?? '<!doctype html><title>Received</title>';
    return route.fulfill({
      contentType: 'text/html; charset=utf-8',
      headers: { 'content-security-policy': policy ?? pagePolicy({ scripts: loadsScript(body) }) },
      body,
    });
  });
}
