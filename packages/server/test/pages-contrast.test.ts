import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stylesheet } from '../src/pages/stylesheet.ts';

// Axe sees each page at rest; the table of colours also holds what only hover or focus shows.
const [light = '', dark = ''] = stylesheet.split('@media (prefers-color-scheme: dark)');
const schemes = { light: coloursOf(light), dark: { ...coloursOf(light), ...coloursOf(dark) } };

// WCAG 2.2 §1.4.3: 4.5 for text. §1.4.11: 3 for the edges of controls and for the focus ring.
const text = [
  ['ink', ['paper', 'surface', 'sunken', 'accent-tint', 'alarm-tint']],
  ['ink-soft', ['paper', 'surface', 'sunken']],
  ['accent', ['surface', 'paper']],
  ['accent-strong', ['surface']],
  ['on-accent', ['accent', 'accent-strong']],
  ['alarm', ['surface', 'alarm-tint']],
  ['notable', ['surface']],
] as const;
const edges = [
  ['line-firm', ['surface', 'paper']],
  ['accent', ['surface', 'paper', 'accent-tint']],
  ['alarm', ['surface']],
  ['notable', ['surface']],
] as const;

for (const [scheme, colours] of Object.entries(schemes)) {
  test(`every pair of text and ground reaches 4.5 to 1 in ${scheme}`, () => {
    assert.deepEqual(tooFaint(colours, text, 4.5), []);
  });
  test(`every edge of a control reaches 3 to 1 in ${scheme}`, () => {
    assert.deepEqual(tooFaint(colours, edges, 3), []);
  });
}

type Colours = Readonly<Record<string, string>>;
type Pairs = readonly (readonly [string, readonly string[]])[];

function tooFaint(colours: Colours, pairs: Pairs, least: number): string[] {
  return pairs.flatMap(([front, grounds]) =>
    grounds
      .map((ground) => ({ ground, ratio: contrast(colourOf(colours, front), colourOf(colours, ground)) }))
      .filter(({ ratio }) => ratio < least)
      .map(({ ground, ratio }) => `${front} on ${ground}: ${ratio.toFixed(2)}`),
  );
}

function coloursOf(css: string): Colours {
  return Object.fromEntries(
    [...css.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [name, hex]),
  );
}

function colourOf(colours: Colours, name: string): string {
  const hex = colours[name];
  assert.ok(hex, `the style sheet has no colour ${name}`);
  return hex;
}

function contrast(a: string, b: string): number {
  const [brighter = 0, darker = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (brighter + 0.05) / (darker + 0.05);
}

/** WCAG 2.2, relative luminance of an sRGB colour. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
