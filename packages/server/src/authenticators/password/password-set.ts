/** Many passwords, each known by 40 bits of a hash: another text is taken for one of 437,000 once in 2.5 million. */
export interface PasswordSet {
  has(password: string): boolean;
  readonly size: number;
  /** What it holds in memory. */
  readonly bytes: number;
}

export interface PasswordSetBuilder {
  add(password: string): void;
  /** The set of what was added; the builder is of no use after. */
  finish(): PasswordSet;
}

const buckets = 256;

/**
 * Sorted numbers in two typed arrays: four bytes for a password. The hash is a quick one, because whoever finds a text
 * that collides has found a password that is refused, and nothing else; SHA-256 would keep the server busy for half a second.
 */
export function buildPasswordSet(most: number): PasswordSetBuilder {
  const firsts = new Uint8Array(most);
  const rests = new Uint32Array(most);
  let count = 0;
  return {
    add(password) {
      if (count === most) throw new Error(`more than ${most} passwords are on the list`);
      firsts[count] = firstOf(password);
      rests[count] = restOf(password);
      count += 1;
    },
    finish: () => sorted(firsts.subarray(0, count), rests.subarray(0, count)),
  };
}

/** A counting sort into buckets, each sorted by itself and then searched by halves. */
function sorted(firsts: Uint8Array, rests: Uint32Array): PasswordSet {
  const starts = new Uint32Array(buckets + 1);
  for (const first of firsts) starts[first + 1] = (starts[first + 1] ?? 0) + 1;
  for (let at = 1; at <= buckets; at += 1) starts[at] = (starts[at] ?? 0) + (starts[at - 1] ?? 0);
  const next = starts.slice();
  const all = new Uint32Array(rests.length);
  firsts.forEach((first, at) => {
    const place = next[first] ?? 0;
    all[place] = rests[at] ?? 0;
    next[first] = place + 1;
  });
  const bucketOf = (first: number) => all.subarray(starts[first], starts[first + 1]);
  for (let first = 0; first < buckets; first += 1) bucketOf(first).sort();
  return {
    has: (password) => includes(bucketOf(firstOf(password)), restOf(password)),
    size: all.length,
    bytes: all.byteLength + starts.byteLength,
  };
}

function includes(numbers: Uint32Array, wanted: number): boolean {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = numbers[middle] ?? 0;
    if (found === wanted) return true;
    if (found < wanted) low = middle + 1;
    else high = middle;
  }
  return false;
}

function firstOf(password: string): number {
  return murmur(password, 0x2545f491) & 0xff;
}

function restOf(password: string): number {
  return murmur(password, 0x9e3779b9);
}

/** MurmurHash3's mixing over UTF-16 code units. */
function murmur(text: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ Math.imul(text.charCodeAt(at), 0xcc9e2d51), 0x85ebca6b);
    hash = (hash << 13) | (hash >>> 19);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
