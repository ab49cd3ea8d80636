import { Agent, request } from 'node:http';
import type { Shot } from './load.ts';

/** What is asked about an address, and the one answer that all of them get. */
export interface Guessed {
  shotFor(email: string): Shot;
  readonly expected: number;
}

/** How well the time of an answer tells known addresses from unknown ones: .5 not at all, 0 or 1 perfectly. */
export interface EnumerationEffect {
  readonly samplesEach: number;
  readonly areaUnderCurve: number;
  readonly medianKnownMs: number;
  readonly medianUnknownMs: number;
}

/** The same asked about known and unknown addresses by turns, one at a time; Mann-Whitney's U as an area. */
export async function enumerationEffect(
  url: string,
  samplesEach: number,
  { shotFor, expected }: Guessed,
): Promise<EnumerationEffect> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const known: number[] = [];
  const unknown: number[] = [];
  for (let n = -20; n < samplesEach; n += 1) {
    const tries = [
      { into: known, shot: shotFor(`user${(n + 20) % 500}@bench.example`) },
      { into: unknown, shot: shotFor(`nobody${n + 20}@bench.example`) },
    ];
    // Who goes first changes, so that neither always follows the other.
    if (n % 2 === 0) tries.reverse();
    for (const { into, shot } of tries) {
      const took = await timed(agent, url, { shot, expected });
      if (n >= 0) into.push(took);
    }
  }
  agent.destroy();
  return {
    samplesEach,
    areaUnderCurve: areaOf(known, unknown),
    medianKnownMs: median(known),
    medianUnknownMs: median(unknown),
  };
}

function timed(
  agent: Agent,
  url: string,
  { shot, expected }: { readonly shot: Shot; readonly expected: number },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const sent = request(
      new URL(shot.path, url),
      { agent, method: shot.method, headers: shot.headers },
      (response) => {
        response.resume();
        response.on('end', () => {
          if (response.statusCode === expected) resolve(performance.now() - began);
          else reject(new Error(`${shot.path} was answered ${response.statusCode}`));
        });
      },
    );
    sent.on('error', reject);
    sent.end(shot.body);
  });
}

/** The share of pairs in which the known one took longer; ties count half. */
function areaOf(known: readonly number[], unknown: readonly number[]): number {
  let longer = 0;
  for (const a of known) for (const b of unknown) longer += a > b ? 1 : a === b ? 0.5 : 0;
  return longer / (known.length * unknown.length);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
