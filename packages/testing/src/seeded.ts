import { type FakeClock, fakeClock } from './clock.ts';
import { type Random, seededRandom } from './random.ts';

/** Time and chance for one test, tied to each other, so that ids carry the fake time. */
export function seeded(
  seed: string | number = 'argus',
  startMs?: number,
): { clock: FakeClock; random: Random } {
  const clock = fakeClock(startMs);
  return { clock, random: seededRandom(seed, clock) };
}
