/**
 * What a phone reads from a QR code that was drawn as SVG: the text in it. Written from ISO/IEC 18004, so that it
 * does not share the mistakes of what drew it. It corrects nothing: a drawing has no dust on it.
 *
 * @param svg one path of runs `M<x> <y>h<width>v1h-<width>z`, one unit for a module
 * @throws when a phone could not read it, saying why
 */
export function readQrCode(svg: string): string {
  const modules = modulesOf(svg);
  const version = (modules.length - 17) / 4;
  if (!Number.isInteger(version) || version < 1 || version > 20)
    throw new Error('This is no QR code we read.');
  const { level, mask } = formatOf(modules);
  const codewords = codewordsOf(modules, mask);
  return textOf(inOrder(codewords, blocksOf(version, level)), version);
}

/** Rows of modules, dark ones true, without the quiet zone. */
type Modules = readonly (readonly boolean[])[];

/** The dark modules of a drawing with at least four light modules around them (§5.3.8). */
export function modulesOf(svg: string): Modules {
  const size = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1]);
  const rows = Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  for (const [, x, y, width, back] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)) {
    if (width !== back) throw new Error('A run does not come back to where it began.');
    rows[Number(y)]?.fill(true, Number(x), Number(x) + Number(width));
  }
  const quiet = rows.findIndex((row) => row.includes(true));
  if (quiet < 4) throw new Error('The code has no quiet zone.');
  return rows.slice(quiet, size - quiet).map((row) => row.slice(quiet, size - quiet));
}

const levels = ['M', 'L', 'H', 'Q'] as const;
type Level = (typeof levels)[number];

/** §7.9: five bits beside the upper left finder, and ten that guard them. */
function formatOf(modules: Modules): { level: Level; mask: number } {
  const column = [0, 1, 2, 3, 4, 5, 7, 8].map((y) => modules[y]?.[8]);
  const row = [7, 5, 4, 3, 2, 1, 0].map((x) => modules[8]?.[x]);
  const bits = numberOf([...column, ...row].reverse()) ^ 0b101_0100_0001_0010;
  return { level: levels[bits >> 13] ?? 'M', mask: (bits >> 10) & 7 };
}

/** §7.8.2: which modules a mask turned over. */
const masks: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** §7.7.3: two columns at a time from the right, up and down by turns, past the column of the timing pattern. */
function codewordsOf(modules: Modules, mask: number): number[] {
  const size = modules.length;
  const isTurned = masks[mask] ?? (() => false);
  const bits: boolean[] = [];
  let isUpward = true;
  for (let right = size - 1; right > 0; right -= right === 8 ? 3 : 2) {
    for (let step = 0; step < size; step += 1) {
      const y = isUpward ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (!isFunction(size, x, y)) bits.push((modules[y]?.[x] ?? false) !== isTurned(x, y));
      }
    }
    isUpward = !isUpward;
  }
  return Array.from({ length: bits.length >> 3 }, (_, at) => numberOf(bits.slice(at * 8, at * 8 + 8)));
}

/** Finders with format, timing, alignment and version patterns carry no text (§6.3, §7.10). */
function isFunction(size: number, x: number, y: number): boolean {
  if (x === 6 || y === 6) return true;
  if ((x < 9 && (y < 9 || y >= size - 8)) || (x >= size - 8 && y < 9)) return true;
  if (size >= 45 && ((x < 6 && y >= size - 11) || (y < 6 && x >= size - 11))) return true;
  const centres = alignmentCentres(size);
  const near = (at: number) => centres.find((centre) => Math.abs(centre - at) <= 2);
  const [column, row] = [near(x), near(y)];
  if (column === undefined || row === undefined) return false;
  const far = size - 7;
  return !((column === 6 && (row === 6 || row === far)) || (column === far && row === 6));
}

/** Annex E: evenly apart by an even number of modules, counted from the far edge. */
function alignmentCentres(size: number): number[] {
  const version = (size - 17) / 4;
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const apart = Math.ceil((size - 13) / (count * 2 - 2)) * 2;
  return [6, ...Array.from({ length: count - 1 }, (_, at) => size - 7 - at * apart)];
}

/** Table 9, versions 1 to 20: codewords of correction in a block, and blocks. */
const correction: Readonly<Record<Level, readonly string[]>> = {
  L: [
    '7 10 15 20 26 18 20 24 30 18 20 24 26 30 22 24 28 30 28 28',
    '1 1 1 1 1 2 2 2 2 4 4 4 4 4 6 6 6 6 7 8',
  ],
  M: [
    '10 16 26 18 24 16 18 22 22 26 30 22 22 24 24 28 28 26 26 26',
    '1 1 1 2 2 4 4 4 5 5 5 8 9 9 10 10 11 13 14 16',
  ],
  Q: [
    '13 22 18 26 18 24 18 22 20 24 28 26 24 20 30 24 28 28 26 30',
    '1 1 2 2 4 4 6 6 8 8 8 10 12 16 12 17 16 18 21 20',
  ],
  H: [
    '17 28 22 16 22 28 26 26 24 28 24 28 22 24 24 30 28 28 26 28',
    '1 1 2 4 4 4 5 6 8 8 11 11 16 16 18 16 19 21 25 25',
  ],
};

interface Blocks {
  readonly count: number;
  readonly corrections: number;
}

function blocksOf(version: number, level: Level): Blocks {
  const [corrections = 0, count = 0] = correction[level].map((row) => Number(row.split(' ')[version - 1]));
  return { count, corrections };
}

/** §7.6: the blocks lie interleaved, the shorter ones first. */
function inOrder(codewords: readonly number[], { count, corrections }: Blocks): number[] {
  const shorter = Math.floor(codewords.length / count) - corrections;
  const shortOnes = count - (codewords.length % count);
  const blocks = Array.from({ length: count }, (): number[] => []);
  let at = 0;
  for (let place = 0; place <= shorter; place += 1) {
    for (const block of place < shorter ? blocks : blocks.slice(shortOnes)) block.push(codewords[at++] ?? 0);
  }
  return blocks.flat();
}

/** §7.4.5: one segment of bytes with its length. */
function textOf(codewords: readonly number[], version: number): string {
  const bits = codewords.map((each) => each.toString(2).padStart(8, '0')).join('');
  if (!bits.startsWith('0100')) throw new Error('The code does not begin with bytes.');
  const start = version < 10 ? 12 : 20;
  const length = Number.parseInt(bits.slice(4, start), 2);
  const bytes = bits.slice(start, start + length * 8).match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2))).toString('utf8');
}

function numberOf(bits: readonly (boolean | undefined)[]): number {
  return bits.reduce((number, bit) => number * 2 + (bit ? 1 : 0), 0);
}
