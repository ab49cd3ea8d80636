import type { Instant } from '@argus/contract';
import { deviceName, type Occurrence, type Origin, readUserAgent } from '@argus/core';

/** What a notice tells of where a request came from. */
export function occurrenceOf({ ip, userAgent }: Origin, at: Instant): Occurrence {
  const agent = readUserAgent(userAgent);
  const isKnown = agent.browser !== null || agent.os !== null;
  return { at, ip, device: isKnown ? deviceName(agent) : null };
}
