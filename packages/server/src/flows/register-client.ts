import type { ClientSettings, TenantId } from '@argus/contract';
import type { Change, EventDraft } from '@argus/core';
import type { CallOrigin } from '../http/caller.ts';
import type { OAuthRefused } from '../http/oauth-answer.ts';
import type { Services } from '../services.ts';
import { fromNetwork } from '../throttle/throttle.ts';
import { readMetadata, settingsOfMetadata } from './client-metadata.ts';
import { commitForClient, creationEvent } from './commit-client.ts';
import { mistakesOfClient } from './judge-client.ts';
import { type ClientWithSecret, chanceWord, newClient, usesSecret } from './new-client.ts';
import { slowDown } from './slow-down.ts';

/** Clients that may have registered themselves and be there still: whoever wants more of them declares them. */
export const mostRegistered = 1_000;

export interface Registering {
  readonly tenant: TenantId;
  readonly origin: CallOrigin;
  /** The metadata as they came. */
  readonly said: unknown;
}

/** A client registers itself (RFC 7591 §3). What it says of itself is nobody's word but its own. */
export async function registerClient(
  services: Services,
  { tenant, origin, said }: Registering,
): Promise<ClientWithSecret | OAuthRefused> {
  const { config, clock, throttle } = services;
  if (config.registration !== 'open') return { oauthError: 'registration_not_supported' };
  const throttled = throttle.take([fromNetwork('registration', origin.ip)], clock.now());
  if (throttled) {
    await slowDown(services, { tenant, origin, throttled });
    const headers = { 'retry-after': String(throttled.retryAfterSeconds) };
    return { oauthError: 'slow_down', status: 429, headers };
  }
  const vouched = await vouchedFor(services, said);
  if ('oauthError' in vouched) return vouched;
  const metadata = readMetadata(said, vouched.claims);
  if (typeof metadata === 'string') return { oauthError: metadata };
  const settings = settingsOfMetadata(metadata);
  if (!settings) return { oauthError: 'invalid_client_metadata' };
  const mistakes = await mistakesOfClient(services, { tenant, settings, hasSecret: usesSecret(settings) });
  if (mistakes.length > 0) {
    const isRedirect = mistakes.every(({ path }) => path.startsWith('redirectUris'));
    return { oauthError: isRedirect ? 'invalid_redirect_uri' : 'invalid_client_metadata' };
  }
  return commitRegistration(services, { tenant, origin, settings });
}

/** What somebody known vouches for; nothing where nobody is asked to (RFC 7591 §3.2.2 for the refusals). */
async function vouchedFor(
  { software }: Services,
  said: unknown,
): Promise<{ readonly claims: Readonly<Record<string, unknown>> } | OAuthRefused> {
  const statement =
    typeof said === 'object' && said !== null && 'software_statement' in said
      ? said.software_statement
      : undefined;
  if (statement === undefined)
    return software.areAsked ? { oauthError: 'unapproved_software_statement' } : { claims: {} };
  if (typeof statement !== 'string') return { oauthError: 'invalid_software_statement' };
  const verified = await software.verify(statement);
  if (verified === 'unapproved') return { oauthError: 'unapproved_software_statement' };
  return verified === 'invalid' ? { oauthError: 'invalid_software_statement' } : verified;
}

async function commitRegistration(
  services: Services,
  { tenant, origin, settings }: Omit<Registering, 'said'> & { readonly settings: ClientSettings },
): Promise<ClientWithSecret | OAuthRefused> {
  const at = services.clock.now();
  // Not of its name, which nobody has checked.
  const id = `registered-${chanceWord(services.random, 16)}`;
  const created = newClient(services, at, { tenant, id, settings, source: 'registration' });
  const { client } = created;
  const changes: Change[] = [{ kind: 'create-client', client, fewerRegisteredThan: mostRegistered }];
  const event: EventDraft = creationEvent({ tenant, actor: 'anyone', origin }, client);
  const isWritten = await commitForClient(services, { tenant }, { at, changes, events: [event] });
  return isWritten ? created : { oauthError: 'temporarily_unavailable' };
}
