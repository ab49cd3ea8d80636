import type { TenantId } from '@argus/contract';
import type { Services } from '../services.ts';

/** Which part of which file it is: it opens in no other place. */
export interface PieceName {
  readonly tenant: TenantId;
  readonly importId: string;
  readonly beginsAt: number;
}

/** Encrypt part of a file that waits in the database: it is full of what proves who people are. */
export function sealPiece({ secrets }: Services, of: PieceName, bytes: Uint8Array): Uint8Array {
  return Buffer.from(secrets.seal(purposeOf(of), Buffer.from(bytes).toString('base64')), 'base64url');
}

/** Throws where this installation did not encrypt it. */
export function openPiece({ secrets }: Services, of: PieceName, sealed: Uint8Array): Uint8Array {
  const text = secrets.unseal(purposeOf(of), Buffer.from(sealed).toString('base64url'));
  if (text === null) throw new Error('part of a file does not open: was the master key exchanged?');
  return Buffer.from(text, 'base64');
}

function purposeOf({ tenant, importId, beginsAt }: PieceName): string {
  return `argus import ${JSON.stringify([tenant, importId, beginsAt])}`;
}
