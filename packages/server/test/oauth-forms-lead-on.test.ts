import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import type { UserAgent } from '@argus/testing/user-agent';
import {
  authorizationUrl,
  browserOf,
  callback,
  hiddenFields,
  ledTo,
  openProvider,
  pkce,
  post,
  registerClient,
} from './oauth-stage.ts';
import { password } from './stage.ts';

const email = 'ada@example.org';
const app = 'org.example.notes:/cb';
let server: TestServer;

before(async () => {
  server = await openProvider();
  await registerClient(server, 'web');
  await registerClient(server, 'app', { type: 'public', applicationType: 'native', redirectUris: [app] });
  await browserOf(server).call('signUp', { body: { email, password, name: 'Ada' } });
});
after(() => server[Symbol.asyncDispose]());

interface Step {
  readonly response: Response;
  readonly page: string;
  readonly policy: string;
}

async function seen(response: Response): Promise<Step> {
  const [, policy = ''] =
    /form-action ([^;]*)/.exec(response.headers.get('content-security-policy') ?? '') ?? [];
  return { response, page: await response.text(), policy };
}

/** The page that a request opens with. */
async function opened(browser: UserAgent, clientId: string, more: Record<string, string>): Promise<Step> {
  const parameters = { code_challenge: pkce().challenge, ...more };
  const { pathname, search } = authorizationUrl(server, clientId, parameters);
  return seen(await follow(browser, `${pathname}${search}`));
}

async function follow(browser: UserAgent, path: string): Promise<Response> {
  const response = await browser.fetch(path);
  const next = response.headers.get('location');
  return next?.startsWith('/') ? follow(browser, next) : response;
}

/** A form filled in by hand, with what its page hid in it. */
async function sent(browser: UserAgent, path: string, step: Step, typed: Record<string, string>) {
  const form = new RegExp(`<form[^>]*action="${path}".*?</form>`, 's').exec(step.page)?.[0] ?? '';
  return seen(await post(browser, path, { ...hiddenFields(form), ...typed }));
}

const credentials = { identifier: email, password };

describe('the forms of a request', () => {
  test('end at a page that goes on by itself, or by its link, when they lead to the web', async () => {
    const browser = browserOf(server);
    const signIn = await opened(browser, 'web', { redirect_uri: callback });
    assert.equal(signIn.policy, "'self'");
    const signedIn = await sent(browser, '/sign-in', signIn, credentials);
    assert.equal(signedIn.response.status, 200);
    const resume = ledTo(signedIn.response) ?? '';
    assert.match(resume, /^\/oauth\/authorize\/resume\?request=/);
    assert.ok(signedIn.page.includes(`href="${resume}"`));
    const consent = await seen(await browser.fetch(resume));
    assert.equal(consent.policy, "'self'");
    const allowed = await sent(browser, '/oauth/consent', consent, { decision: 'allow' });
    assert.equal(allowed.response.status, 200);
    assert.equal(allowed.response.headers.get('cache-control'), 'no-store');
    const arrived = new URL(ledTo(allowed.response) ?? '');
    assert.equal(`${arrived.origin}${arrived.pathname}`, callback);
    assert.ok(arrived.searchParams.get('code'));
    assert.ok(allowed.page.includes(`href="${arrived.href.replaceAll('&', '&amp;')}"`));
  });

  test('take a refusal to the client in the same way', async () => {
    const browser = browserOf(server);
    await browser.call('signIn', { body: credentials });
    const consent = await opened(browser, 'web', { redirect_uri: callback, prompt: 'consent' });
    const denied = await sent(browser, '/oauth/consent', consent, { decision: 'deny' });
    assert.equal(denied.response.headers.get('location'), null);
    assert.equal(new URL(ledTo(denied.response) ?? '').searchParams.get('error'), 'access_denied');
  });

  test('redirect to an app of the device at once: systems open those only on a press', async () => {
    const browser = browserOf(server);
    const signIn = await opened(browser, 'app', { redirect_uri: app });
    assert.equal(signIn.policy, "'self' org.example.notes:");
    const signedIn = await sent(browser, '/sign-in', signIn, credentials);
    assert.equal(signedIn.response.status, 303);
    const consent = await seen(await browser.fetch(signedIn.response.headers.get('location') ?? ''));
    assert.equal(consent.policy, "'self' org.example.notes:");
    const allowed = await sent(browser, '/oauth/consent', consent, { decision: 'allow' });
    assert.equal(allowed.response.status, 303);
    assert.ok(allowed.response.headers.get('location')?.startsWith(`${app}?code=`));
  });

  test('that post the answer itself may be led on from the client, wherever that is', async () => {
    const browser = browserOf(server);
    await browser.call('signIn', { body: credentials });
    const asked = { redirect_uri: callback, prompt: 'consent', response_mode: 'form_post' };
    const consent = await opened(browser, 'web', asked);
    const answered = await sent(browser, '/oauth/consent', consent, { decision: 'allow' });
    assert.ok(answered.page.includes(`action="${callback}"`));
    assert.equal(answered.policy, "'self' https:");
  });
});
