/** Bytes as the WebAuthn library takes them: never over memory that is shared. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** The bytes of a base64url text; null unless it is their one unpadded spelling (RFC 4648 §3.5). */
export function bytesOf(text: string): Bytes | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? new Uint8Array(bytes) : null;
}

export function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** A UUID's 16 bytes: a user handle holds nothing that says who the user is (WebAuthn §14.6.1). */
export function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}
