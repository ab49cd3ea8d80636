import type { CDPSession, Page } from 'playwright-core';

/** A built-in authenticator that checks its holder, as phones and laptops have, in the browser of one page. */
export interface VirtualAuthenticator {
  readonly devtools: CDPSession;
  /** Names it in the `WebAuthn` domain of the DevTools protocol. */
  readonly authenticatorId: string;
}

/** Give a page a device that holds passkeys, touches itself and says yes, until it is told otherwise. */
export async function virtualAuthenticator(page: Page): Promise<VirtualAuthenticator> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
    },
  });
  return { devtools, authenticatorId };
}
