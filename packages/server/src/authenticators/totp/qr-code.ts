import { encode } from 'uqr';
import { type Html, html, render } from '../../pages/html.ts';

/** ISO/IEC 18004 §5.3.8 asks for this much light around the code. */
const quietModules = 4;
const pixelsPerModule = 4;

/**
 * A QR code as inline SVG. It brings its own light ground, which readers need on a dark page too, and has no style
 * of its own, which the policy of our pages forbids.
 *
 * @param label what it is, for those who do not see it; the page must offer the same in text
 */
export function qrCode(text: string, label: string): Html {
  const { data, size } = encode(text, { ecc: 'M', boostEcc: true, border: quietModules });
  const pixels = size * pixelsPerModule;
  return html`<svg xmlns="http://www.w3.org/2000/svg" class="qr" role="img" aria-label="${label}" viewBox="0 0 ${size} ${size}" width="${pixels}" height="${pixels}" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#ffffff"/><path fill="#000000" d="${pathOf(data)}"/></svg>`;
}

/** The same as a `data:` URL, for the `src` of an image. */
export function qrCodeUrl(text: string, label: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(render(qrCode(text, label))).toString('base64')}`;
}

/** One rectangle for each run of dark modules: single squares would leave hairs of light between them. */
function pathOf(rows: readonly (readonly boolean[])[]): string {
  return rows
    .flatMap((row, y) => {
      const text = row.map((isDark) => (isDark ? '#' : ' ')).join('');
      return [...text.matchAll(/#+/g)].map(
        ({ index, 0: { length } }) => `M${index} ${y}h${length}v1h-${length}z`,
      );
    })
    .join('');
}
