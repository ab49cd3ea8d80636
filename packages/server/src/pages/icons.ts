import type { ListedSession } from '@argus/contract';
import { type Html, html } from './html.ts';

/** The mark of Argus: the watching eye in a shield. Decorative; the word stands beside it. */
export const mark: Html = html`<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
  <path class="mark-shield" d="M16 2 27.5 5.9v9.3c0 7-4.6 12.1-11.5 14.8C9.1 27.3 4.5 22.2 4.5 15.2V5.9z"/>
  <path class="mark-eye" d="M7.6 15.3C10 11.4 12.8 9.5 16 9.5s6 1.9 8.4 5.8C22 19.2 19.2 21.1 16 21.1s-6-1.9-8.4-5.8z"/>
  <circle class="mark-iris" cx="16" cy="15.3" r="3.9"/>
  <circle class="mark-light" cx="17.3" cy="14" r="1.25"/>
</svg>`;

/** The mark as the browser tab shows it; `img-src data:` allows it, and no request for /favicon.ico is made. */
export const favicon: string = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">' +
    '<path fill="#0c6a68" d="M16 2 27.5 5.9v9.3c0 7-4.6 12.1-11.5 14.8C9.1 27.3 4.5 22.2 4.5 15.2V5.9z"/>' +
    '<path fill="#fff" d="M7.6 15.3C10 11.4 12.8 9.5 16 9.5s6 1.9 8.4 5.8C22 19.2 19.2 21.1 16 21.1s-6-1.9-8.4-5.8z"/>' +
    '<circle fill="#0c6a68" cx="16" cy="15.3" r="3.9"/><circle fill="#f2c14e" cx="17.3" cy="14" r="1.25"/></svg>',
)}`;

const deviceShapes: Readonly<Record<ListedSession['device']['type'], Html>> = {
  desktop: html`<rect x="3" y="4.5" width="18" height="12" rx="1.5"/><path d="M8.5 20h7M12 16.5V20"/>`,
  mobile: html`<rect x="7" y="2.5" width="10" height="19" rx="2"/><path d="M11 18.5h2"/>`,
  tablet: html`<rect x="4.5" y="2.5" width="15" height="19" rx="2"/><path d="M11 18.5h2"/>`,
  other: html`<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c2.6 2.7 3.9 5.7 3.9 9s-1.3 6.3-3.9 9c-2.6-2.7-3.9-5.7-3.9-9s1.3-6.3 3.9-9z"/>`,
};

/** A line drawing of the kind of device. Decorative; the device's name stands beside it. */
export function deviceIcon(type: ListedSession['device']['type']): Html {
  return html`<svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">${deviceShapes[type]}</svg>`;
}

const signShapes = {
  problem: html`<circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.5M12 16.3v.2"/>`,
  caution: html`<path d="M12 3.5 21.5 20h-19z"/><path d="M12 10v4.5M12 17.2v.1"/>`,
  notice: html`<circle cx="12" cy="12" r="9"/><path d="m8 12.3 2.8 2.7L16 9.5"/>`,
} as const;

/** The sign before a notice or a problem. Decorative; the sentence says it all. */
export function signIcon(sign: keyof typeof signShapes): Html {
  return html`<svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">${signShapes[sign]}</svg>`;
}
