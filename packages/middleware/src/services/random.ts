import { randomBytes } from 'node:crypto';
import type { Random } from '@argus/tokens';

/** The machine's own chance. */
export const systemRandom: Pick<Random, 'bytes'> = { bytes: (size) => randomBytes(size) };
