import type { FieldLine, Message, RequestMessage } from '../src/index.ts';

/** A message of HTTP/1.1 as the RFC prints it; a request whose first line is left out is a GET of `/`. */
export function messageOfText(text: string, scheme = 'https'): Message {
  const lines = text.replaceAll('(SP)', ' ').split('\n');
  const first = lines[0] ?? '';
  const response = /^HTTP\/1\.1 (\d{3}) /.exec(first);
  const request = /^([A-Z]+) (\S+) HTTP\/1\.1$/.exec(first);
  const isHeaded = response !== null || request !== null;
  const [head, ...chunks] = splitAt(isHeaded ? lines.slice(1) : lines, '');
  const fields = fieldsOf(head ?? []);
  if (response !== null) {
    const [, trailers = []] = splitAt(chunks[0] ?? [], '0');
    return { kind: 'response', status: Number(response[1]), fields, trailers: fieldsOf(trailers) };
  }
  const [, method = 'GET', target = '/'] = request ?? [];
  return { kind: 'request', method, fields, ...targetOf(target, { fields, scheme }) };
}

type Target = Pick<RequestMessage, 'targetUri' | 'requestTarget'>;

function targetOf(target: string, { fields, scheme }: { fields: FieldLine[]; scheme: string }): Target {
  const host = fields.find(([name]) => name === 'Host')?.[1] ?? 'www.example.com';
  if (target.startsWith('/')) return { targetUri: `${scheme}://${host}${target}` };
  if (target.includes('://')) return { targetUri: target, requestTarget: target };
  return { targetUri: `${scheme}://${host}`, requestTarget: target };
}

function fieldsOf(lines: readonly string[]): FieldLine[] {
  const fields: [string, string][] = [];
  for (const line of lines) {
    const last = fields.at(-1);
    if (line.startsWith(' ') && last !== undefined) last[1] += `\r\n${line}`;
    else fields.push([line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).replace(/^ /, '')]);
  }
  return fields;
}

function splitAt(lines: readonly string[], mark: string): string[][] {
  const at = lines.indexOf(mark);
  return at === -1 ? [[...lines]] : [lines.slice(0, at), lines.slice(at + 1)];
}
