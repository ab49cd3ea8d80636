import type { ClientWarning } from '@argus/contract';
import { authMethodOf, type Client } from '@argus/core';

/** What weakens a client although it may be meant so; shown to administrators wherever the client is. */
export function warningsOf({ settings, source }: Pick<Client, 'settings' | 'source'>): ClientWarning[] {
  const { requiresPkce, consent, consentDays, type, applicationType, redirectUris } = settings;
  const isAsked = consent === 'explicit';
  const found: { readonly [Name in ClientWarning]: boolean } = {
    'pkce-not-required': !requiresPkce,
    'consent-not-asked': !isAsked && type === 'confidential',
    // RFC 8252 §8.6: without a question the person never learns who asks.
    'impostor-not-asked': !isAsked && type === 'public',
    // RFC 6749 §2.3.1: not recommended.
    'secret-in-body': authMethodOf(settings) === 'client_secret_post',
    'redirect-to-private-scheme': redirectUris.some((uri) => !/^https?:/i.test(uri)),
    'redirect-on-this-machine':
      applicationType === 'web' && redirectUris.some((uri) => uri.startsWith('http:')),
    'consent-without-end': isAsked && consentDays === null,
    'registered-itself': source === 'registration',
  };
  return (Object.keys(found) as ClientWarning[]).filter((name) => found[name]); // its own keys
}
