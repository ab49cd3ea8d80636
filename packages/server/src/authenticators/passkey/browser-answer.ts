import type { Mark } from '@argus/core';
import { bytesOf } from './bytes.ts';
import { type RefusedPasskey, refused } from './passkey-refusal.ts';
import type { RelyingParty } from './relying-party.ts';

export interface ClientDataExpectation {
  readonly relyingParty: RelyingParty;
  /** The mark of a challenge that was made for this ceremony, null for any other: `readChallenge` of challenge.ts. */
  readChallenge(challenge: string): Mark | null;
}

export interface JudgedClientData {
  readonly ok: true;
  /** As it was said, for the library that compares it once more. */
  readonly said: string;
  readonly mark: Mark;
}

/** What the browser says of the ceremony: which one, for which challenge, on which page (WebAuthn §7.1 and §7.2). */
export function judgeClientData(
  text: string,
  type: 'webauthn.create' | 'webauthn.get',
  { relyingParty, readChallenge }: ClientDataExpectation,
): JudgedClientData | RefusedPasskey {
  const client = parseClientData(text);
  if (!client) return refused('malformed');
  if (client.type !== type) return refused('type');
  const mark = readChallenge(client.challenge);
  if (!mark) return refused('challenge');
  if (!relyingParty.origins.includes(client.origin)) return refused('origin');
  if (!isOnNamedPage(client, relyingParty)) return refused('cross-origin');
  return { ok: true, said: client.challenge, mark };
}

interface ClientData {
  readonly type: string;
  readonly challenge: string;
  readonly origin: string;
  readonly crossOrigin: boolean;
  readonly topOrigin: string | null;
}

/**
 * In a frame, what a person sees is the page around it. So a ceremony in one is refused, at registration too, unless
 * the browser names that page and it is ours to trust; a browser that keeps silent about it is not believed.
 */
function isOnNamedPage({ crossOrigin, topOrigin }: ClientData, { topOrigins = [] }: RelyingParty): boolean {
  if (!crossOrigin) return topOrigin === null;
  return topOrigin !== null && topOrigins.includes(topOrigin);
}

function parseClientData(text: string): ClientData | null {
  const json = parseJson(bytesOf(text));
  if (typeof json !== 'object' || json === null) return null;
  // Read as unknown members; each is checked below.
  const { type, challenge, origin, crossOrigin = false, topOrigin = null } = json as Record<string, unknown>;
  if (typeof type !== 'string' || typeof challenge !== 'string' || typeof origin !== 'string') return null;
  if (typeof crossOrigin !== 'boolean') return null;
  if (topOrigin !== null && typeof topOrigin !== 'string') return null;
  return { type, challenge, origin, crossOrigin, topOrigin };
}

function parseJson(bytes: Uint8Array | null): unknown {
  if (!bytes) return null;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}
