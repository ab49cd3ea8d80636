import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

const zxcvbn = new ZxcvbnFactory({ dictionary: { ...dictionary }, graphs: adjacencyGraphs });

/** How many guesses a password would take, from 0 (a few) to 4 (too many to try); `words` are no secret. */
export function scoreOf(password: string, words: readonly string[]): number {
  return zxcvbn.check(password.slice(0, 128), [...words]).score;
}
