import { type ApplyDocument, clientWarnings, endpoints } from '@argus/contract';
import { type AnswerOf, ask } from './ask.ts';
import { type Document, refusedFailure } from './document.ts';
import type { Peer } from './exchange.ts';
import { Failure } from './failure.ts';
import { differenceLines, warningLines } from './policy-lines.ts';

export type Applied = AnswerOf<typeof endpoints.adminApply>;

/** A document full of passwords takes its time: each is hashed with care. */
const silenceMs = 600_000;
/** What the server reads of one request. */
const bodyLimit = 64 * 1024;

/** Have the server apply a document. Throws with each mistake at its place in the file. */
export async function apply(peer: Peer, document: Document<ApplyDocument>): Promise<Applied> {
  const { file, content } = document;
  const size = Buffer.byteLength(JSON.stringify(content));
  if (size > bodyLimit) {
    throw new Failure(`${file} declares too much at once: ${size} bytes of at most ${bodyLimit}.`, {
      lines: ['Split it into several files and apply one after the other.'],
    });
  }
  try {
    return await ask(peer, endpoints.adminApply, { body: content, silenceMs });
  } catch (error) {
    throw refusedFailure(document, error) ?? error;
  }
}

/** What changed, in the manner of a diff. */
export function changeLines({ changes, unchanged }: Applied): string[] {
  const lines = changes.flatMap(linesOf);
  return unchanged > 0 || lines.length === 0 ? [...lines, `= ${unchanged} unchanged`] : lines;
}

function linesOf({
  kind,
  what,
  name,
  fields,
  link,
  secret,
  warnings = [],
  difference = [],
  policyWarnings = [],
}: Applied['changes'][number]): string[] {
  const different = fields === undefined ? '' : `: ${fields.join(', ')}`;
  return [
    `${kind === 'create' ? '+' : '~'} ${kind} ${what} ${name}${different}`,
    ...(link === undefined ? [] : [`    one-time link: ${link}`]),
    ...(secret === undefined ? [] : [`    its secret, which is not shown again: ${secret}`]),
    ...warnings.map((code) => `    warning: ${clientWarnings[code]}`),
    ...differenceLines(difference).map((line) => `    ${line}`),
    ...warningLines(policyWarnings).map((line) => `    ${line}`),
  ];
}
