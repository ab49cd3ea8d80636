import type { ClientSettings, ResourceId } from '@argus/contract';
import type { Client, Resource } from './client.ts';

/** What a token is asked for (RFC 8707). */
export interface AudienceRequest {
  readonly client: { readonly settings: Pick<ClientSettings, 'resources'> };
  /** What the grant carries; for a client on its own behalf, all that it may have. */
  readonly grantResources: readonly ResourceId[];
  /** The `resource` parameters. */
  readonly asked: readonly string[];
}

type InvalidTarget = 'invalid_target';

/**
 * The resources of an authorization request: those it names, else all that the client has, so that the person
 * agrees to them by name. None at all for a client that has none: its tokens are for Argus itself.
 */
export function readResources(
  asked: readonly string[],
  client: Pick<Client, 'settings' | 'tenant'>,
  resources: readonly Resource[],
): readonly ResourceId[] | InvalidTarget {
  const own = resources
    .filter(({ id, tenant }) => tenant === client.tenant && client.settings.resources.includes(id))
    .map(({ id }) => id);
  if (asked.length > 0) return named(asked, own);
  // A client that was meant for an API which is gone must not be handed tokens for something else.
  return client.settings.resources.length > 0 && own.length === 0 ? 'invalid_target' : own;
}

/**
 * The audience of one token; empty for Argus itself. Without a word it is the one resource there is; where there
 * are several the client must say which, so that no API can use at another what it was shown (RFC 8707 §3).
 */
export function audienceOf({
  client,
  grantResources,
  asked,
}: AudienceRequest): readonly ResourceId[] | InvalidTarget {
  // What the client may have can have shrunk since the grant began.
  const open = grantResources.filter((id) => client.settings.resources.includes(id));
  if (asked.length > 0) return named(asked, open);
  if (grantResources.length === 0) return [];
  return open.length === 1 ? open : 'invalid_target';
}

/** RFC 8707 §2: an absolute URI without a fragment; compared as it was declared, so the form follows. */
function named(asked: readonly string[], open: readonly ResourceId[]): readonly ResourceId[] | InvalidTarget {
  const found = open.filter((id) => asked.includes(id));
  return asked.every((one) => found.some((id) => id === one)) ? found : 'invalid_target';
}
