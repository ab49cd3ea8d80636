import { type ImportAnswer, type ImportFormat, importPieceBytes } from '@argus/contract';
import { runImports } from '@argus/server';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import type { Operator } from './admin-stage.ts';
import { password } from './stage.ts';

export interface FileToImport {
  readonly format: ImportFormat;
  readonly file: string | Uint8Array;
  readonly onExisting?: 'skip' | 'refuse';
  readonly withAdministrators?: boolean;
}

export interface Refused {
  readonly row: number;
  readonly path: string;
  readonly reason: string;
}

/** Begin an import and send its file, in pieces of this size. */
export async function sendFile(
  operator: Operator,
  { file, ...asked }: FileToImport,
  { size = importPieceBytes, tenant = 'default' } = {},
): Promise<ImportAnswer> {
  const started = await operator('adminStartImport', { body: { name: 'people', ...asked } }, tenant);
  if (started.status !== 201) throw new Error(JSON.stringify(started.body));
  const { id } = started.body as ImportAnswer; // the contract's own answer
  const bytes = Buffer.from(file);
  for (let offset = 0; ; offset += size) {
    const data = bytes.subarray(offset, offset + size).toString('base64');
    const isLast = offset + size >= bytes.length;
    const body = { offset, data, isLast };
    const sent = await operator('adminReceiveImport', { params: { id }, body }, tenant);
    if (sent.status !== 200) throw new Error(JSON.stringify(sent.body));
    if (isLast) return sent.body as ImportAnswer; // the same
  }
}

export async function showImport(operator: Operator, id: string, tenant = 'default'): Promise<ImportAnswer> {
  return (await operator('adminShowImport', { params: { id } }, tenant)).body as ImportAnswer; // the same
}

export async function refusedOf(operator: Operator, id: string, tenant = 'default'): Promise<Refused[]> {
  const { body } = await operator(
    'adminListRefusedRows',
    { params: { id }, query: { limit: '100' } },
    tenant,
  );
  return body.rows;
}

/** The whole of it: what became of a file. */
export async function importFile(
  server: TestServer,
  operator: Operator,
  file: FileToImport,
): Promise<{ readonly done: ImportAnswer; readonly refused: readonly Refused[] }> {
  const { id } = await sendFile(operator, file);
  await runImports(server.argus.services);
  return { done: await showImport(operator, id), refused: await refusedOf(operator, id) };
}

/** What of an import a test looks at. */
export function countsOf({ state, rows, created, skipped, refused }: ImportAnswer) {
  return { state, rows, created, skipped, refused };
}

export const signInStatus = async (server: TestServer, identifier: string, typed = password) =>
  (await userAgent(server).call('signIn', { body: { identifier, password: typed } })).status;

export const lines = (people: readonly object[]): string =>
  people.map((person) => `${JSON.stringify(person)}\n`).join('');

export const someone = (number: number, more: object = {}) => ({
  email: `imported-${number}@example.org`,
  ...more,
});
