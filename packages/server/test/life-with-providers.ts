import type { TestServer } from '@argus/testing/server';
import type { UserAgent } from '@argus/testing/user-agent';
import { begin, formTokenOn, post } from './federation-stage.ts';
import type { HostileProvider } from './hostile-provider.ts';
import type { Holder } from './oauth-holders.ts';
import { browserOf } from './oauth-stage.ts';

const event = 'http://schemas.openid.net/event/backchannel-logout';

/**
 * A stranger comes through a provider and is signed out from there; somebody comes with a token for another client;
 * a person connects an identity and parts with it.
 */
export async function throughProvider(
  server: TestServer,
  idp: HostileProvider,
  person: Holder,
): Promise<void> {
  const stranger = browserOf(server);
  await walk(stranger, idp, { sub: 'stranger', email: 'stranger@upstream.example', email_verified: true });
  const iat = Math.floor(server.clock.now() / 1000);
  const token = await idp.sign(
    {
      iss: idp.issuer,
      aud: 'argus',
      iat,
      exp: iat + 120,
      jti: 'the end of a session',
      sub: 'stranger',
      events: { [event]: {} },
    },
    { typ: 'logout+jwt' },
  );
  await stranger.fetch('/oauth/backchannel_logout', {
    method: 'POST',
    body: new URLSearchParams({ logout_token: token }),
  });
  await walk(browserOf(server), idp, { sub: 'impostor', aud: 'another client' });
  await walk(person.browser, idp, { sub: 'person' }, { purpose: 'link' });
  const formToken = await formTokenOn(person.browser, '/account');
  const identity = { issuer: idp.issuer, subject: 'person' };
  await post(person.browser, '/account/identities/disconnect', { formToken, ...identity });
}

/** To the provider, which says this of whoever comes, and back. */
async function walk(
  browser: UserAgent,
  idp: HostileProvider,
  claims: object,
  body: object = {},
): Promise<void> {
  idp.misdeed = { claims: { ...claims } };
  const back = new URL(await idp.visit(await begin(browser, 'upstream', body)));
  const headers = {
    'sec-fetch-site': 'cross-site',
    'sec-fetch-dest': 'document',
    'sec-fetch-mode': 'navigate',
  };
  await (await browser.fetch(`${back.pathname}${back.search}`, { headers })).body?.cancel();
}
