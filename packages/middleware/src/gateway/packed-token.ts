const asText = 0;
const asBytes = 1;
const longestSegment = 0xffff;

/**
 * A token in as few bytes as it takes: the segments of a JWS as the bytes they stand for, since what is sealed is
 * written in base64url once more. Any other text stays as it is.
 */
export function packToken(token: string): Buffer {
  const segments = token.split('.').map((segment) => Buffer.from(segment, 'base64url'));
  const isExact = segments.map((segment) => segment.toString('base64url')).join('.') === token;
  if (segments.length !== 3 || !isExact || segments.some(({ length }) => length > longestSegment)) {
    return Buffer.concat([Uint8Array.of(asText), Buffer.from(token, 'utf8')]);
  }
  const lengths = Buffer.alloc(4);
  lengths.writeUInt16BE(segments[0]?.length ?? 0, 0);
  lengths.writeUInt16BE(segments[1]?.length ?? 0, 2);
  return Buffer.concat([Uint8Array.of(asBytes), lengths, ...segments]);
}

/** The very text that was packed; undefined for bytes that `packToken` never made. */
export function unpackToken(packed: Uint8Array): string | undefined {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  if (bytes[0] === asText) return bytes.toString('utf8', 1);
  if (bytes[0] !== asBytes || bytes.length < 5) return undefined;
  const first = 5 + bytes.readUInt16BE(1);
  const second = first + bytes.readUInt16BE(3);
  if (second > bytes.length) return undefined;
  const segments = [bytes.subarray(5, first), bytes.subarray(first, second), bytes.subarray(second)];
  return segments.map((segment) => segment.toString('base64url')).join('.');
}
