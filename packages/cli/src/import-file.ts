import { type FileHandle, open } from 'node:fs/promises';
import { endpoints, type ImportAnswer, importPieceBytes } from '@argus/contract';
import { ask } from './ask.ts';
import type { Peer } from './exchange.ts';
import { Failure, messageOf } from './failure.ts';
import { after } from './services/machine.ts';

/** An import at a server, and what is told while it goes on. */
export interface Importing {
  readonly peer: Peer;
  readonly tenant: string;
  readonly tell: (told: ImportAnswer) => void;
}

/** How often it is asked how far it is. */
const everyMs = 500;

/** Send what has not arrived of a file, piece by piece. */
export async function sendRest(
  { peer, tenant, tell }: Importing,
  handle: FileHandle,
  begun: ImportAnswer,
): Promise<ImportAnswer> {
  let told = begun;
  if (told.state !== 'receiving') return told;
  const { size } = await handle.stat();
  if (size < told.bytes)
    throw new Failure('The file is shorter than what has arrived of it: it is another one.');
  while (told.state === 'receiving') {
    const offset = told.bytes;
    const data = await pieceAt(handle, offset);
    told = await ask(peer, endpoints.adminReceiveImport, {
      params: { id: told.id },
      query: { tenant },
      body: { offset, data: data.toString('base64'), isLast: offset + data.length >= size },
    });
    tell(told);
  }
  return told;
}

/** A file to be sent. */
export async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${messageOf(error)}`);
  }
}

async function pieceAt(handle: FileHandle, offset: number): Promise<Buffer> {
  const buffer = Buffer.alloc(importPieceBytes);
  let length = 0;
  for (let read = -1; read !== 0 && length < buffer.length; length += read)
    ({ bytesRead: read } = await handle.read(buffer, length, buffer.length - length, offset + length));
  return buffer.subarray(0, length);
}

/** Wait until an import is over, and tell how far it is meanwhile. */
export async function followImport(
  { peer, tenant, tell }: Importing,
  begun: ImportAnswer,
): Promise<ImportAnswer> {
  let told = begun;
  while (told.state === 'running') {
    await after(everyMs);
    told = await ask(peer, endpoints.adminShowImport, { params: { id: told.id }, query: { tenant } });
    tell(told);
  }
  return told;
}
