import Bowser from 'bowser';

export interface UserAgent {
  readonly browser: string | null;
  /** Major version; null when the text does not say. */
  readonly version: number | null;
  readonly os: string | null;
  readonly type: 'desktop' | 'mobile' | 'tablet' | 'other';
}

/** The longest `User-Agent` that is read or kept; the rest is cut. */
export const userAgentLimit = 512;

const unknown: UserAgent = { browser: null, version: null, os: null, type: 'other' };
// Few texts make up nearly all traffic, and parsing one costs more than the rest of a refresh's decisions.
const remembered = new Map<string, UserAgent>();
const rememberedLimit = 1_000;

/** What a `User-Agent` header claims. A claim, never a proof. */
export function readUserAgent(text: string | null): UserAgent {
  if (!text) return unknown;
  const known = remembered.get(text);
  if (known) return known;
  const agent = parse(text);
  if (remembered.size >= rememberedLimit) remembered.clear();
  remembered.set(text, agent);
  return agent;
}

function parse(text: string): UserAgent {
  const parsed = Bowser.parse(text.slice(0, userAgentLimit));
  const version = Number.parseInt(parsed.browser.version ?? '', 10);
  return {
    browser: parsed.browser.name || null,
    version: Number.isSafeInteger(version) ? version : null,
    os: parsed.os.name || null,
    type: typeOf(parsed.platform.type),
  };
}

/** The words by which a person knows the device: "Chrome on Windows". */
export function deviceName(agent: UserAgent): string {
  if (agent.browser && agent.os) return `${agent.browser} on ${agent.os}`;
  return agent.browser ?? agent.os ?? 'Unknown device';
}

/**
 * Whether two texts may come from one browser: same family and system, version not lower than before.
 * A browser that grew newer is the same browser; one that grew older is not.
 */
export function isSameBrowser(before: string | null, now: string | null): boolean {
  if (before === now) return true;
  if (!before || !now) return false;
  const [was, is] = [readUserAgent(before), readUserAgent(now)];
  if (was.browser !== is.browser || was.os !== is.os || was.type !== is.type) return false;
  return was.version === null || is.version === null ? was.version === is.version : is.version >= was.version;
}

function typeOf(type: string | undefined): UserAgent['type'] {
  return type === 'desktop' || type === 'mobile' || type === 'tablet' ? type : 'other';
}
