/** Where chance comes from. A production source is a CSPRNG (ASVS 11.5.1). */
export interface Random {
  bytes(size: number): Uint8Array;
  uuid(): string;
}
