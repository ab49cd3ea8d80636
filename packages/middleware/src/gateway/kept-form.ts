import { localPath } from './return-to.ts';
import type { GatewaySettings } from './settings.ts';
import type { GatewayParts } from './verdict.ts';

/** A form that was sent when a proof was missing: kept until it is there, and sent on only when the person says so. */
export interface KeptForm {
  /** Where it goes: a path of this host. */
  readonly action: string;
  /** As it was sent, `application/x-www-form-urlencoded`. */
  readonly body: string;
}

const formType = 'application/x-www-form-urlencoded';

/** Null for what cannot be kept: too large, sent in another way, or read by somebody else before. */
export async function keepForm(settings: GatewaySettings, parts: GatewayParts): Promise<KeptForm | null> {
  const action = localPath(pathOf(parts.url), settings.origin);
  const type = parts.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (parts.method !== 'POST' || type !== formType || action === undefined) return null;
  const bytes = await parts.body(settings.keptFormBytes);
  if (bytes === undefined) return null;
  return { action, body: Buffer.from(bytes).toString('utf8') };
}

export function fieldsOf({ body }: KeptForm): [name: string, value: string][] {
  return [...new URLSearchParams(body)];
}

/** Path and query of a request target in either form (RFC 9112 §3.2). */
export function pathOf(url: string): string {
  if (url.startsWith('/')) return url;
  const parsed = URL.parse(url);
  return parsed === null ? '/' : `${parsed.pathname}${parsed.search}`;
}
