import { type Html, html, render } from '../pages/html.ts';
import { hostOf, type Letter, type Part, type Place } from './letter.ts';

export interface Rendered {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Both forms of a letter, from the same words. `name` greets, if there is one. */
export function renderLetter(letter: Letter, name: string | null, place: Place): Rendered {
  const greeting = name === null ? 'Hello,' : `Hello ${name},`;
  return {
    subject: letter.subject,
    text: textOf(letter, greeting, place),
    html: render(markupOf(letter, greeting, place)),
  };
}

const closing = 'This mail was sent by itself; nobody reads an answer.';

function textOf({ parts }: Letter, greeting: string, place: Place): string {
  const paragraphs = [greeting, ...parts.map(textPart), `-- \n${hostOf(place)}\n${closing}`];
  return `${paragraphs.join('\n\n')}\n`;
}

function textPart(part: Part): string {
  if (typeof part === 'string') return part;
  if ('button' in part) return `${part.button}:\n${part.link}`;
  return part.facts.map(([name, value]) => `  ${name}: ${value}`).join('\n');
}

// Programs for mail know few styles and turn colours themselves when it is dark: text keeps the reader's own colours,
// and what has one of its own is readable on paper and on slate.
const page =
  "font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;" +
  'max-width:34em;margin:0 auto;padding:24px 20px;overflow-wrap:anywhere';
const heading = 'font-size:22px;line-height:1.3;margin:0 0 20px;font-weight:650';
const paragraph = 'margin:0 0 16px';
const button =
  'display:inline-block;background:#0c6a68;color:#ffffff;text-decoration:none;font-weight:600;' +
  'padding:12px 22px;border-radius:8px';
const aside = 'margin:0 0 20px;font-size:14px';
const facts = 'margin:0 0 16px;padding:2px 0 2px 14px;border-left:3px solid #2f8f8a';
const foot = 'margin:28px 0 0;padding-top:14px;border-top:1px solid #8a9893;font-size:13px';

function markupOf({ subject, parts }: Letter, greeting: string, place: Place): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${subject}</title>
</head>
<body style="margin:0">
<main style="${page}">
<h1 style="${heading}">${subject}</h1>
<p style="${paragraph}"><bdi>${greeting}</bdi></p>
${parts.map(markupPart)}
<p style="${foot}">${hostOf(place)}<br>${closing}</p>
</main>
</body>
</html>
`;
}

function markupPart(part: Part): Html {
  if (typeof part === 'string') return html`<p style="${paragraph}">${part}</p>\n`;
  if ('button' in part) {
    return html`<p style="${paragraph}"><a href="${part.link}" style="${button}">${part.button}</a></p>
<p style="${aside}">If the button does nothing, open this address:<br>${part.link}</p>\n`;
  }
  const lines = part.facts.map(([name, value], place) => [
    place > 0 && html`<br>`,
    html`${name}: <bdi>${value}</bdi>`,
  ]);
  return html`<p style="${facts}">${lines}</p>\n`;
}
