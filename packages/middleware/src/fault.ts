/** The protection was set up in a way that could not guard anything, or a route forgot to be guarded. */
export class ProtectionFault extends Error {
  override readonly name = 'ProtectionFault';
}
