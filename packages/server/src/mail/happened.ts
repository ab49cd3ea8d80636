import type { Instant } from '@argus/contract';
import type { Occurrence } from '@argus/core';
import { absoluteWords, relativeWords } from '../pages/times.ts';
import type { Part, Place } from './letter.ts';
import { plainWords } from './plain-words.ts';

type Fact = readonly [name: string, value: string];

/** When, on what and from where something happened, after what is to be told `first`. */
export function happened({ at, device, ip }: Occurrence, first: readonly Fact[] = []): Part {
  return {
    facts: [
      ...first,
      ['When', absoluteWords(at)],
      ['Device', plainWords(device, 60) ?? 'unknown'],
      ...(ip === null ? [] : [['Network address', ip] as const]),
    ],
  };
}

/** How long a link lives, said at the moment of sending. */
export function worksUntil(expiresAt: Instant, { now }: Place): string {
  return `The link works once and ends ${relativeWords(expiresAt - now)}, on ${absoluteWords(expiresAt)}.`;
}
