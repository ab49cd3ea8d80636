/**
 * A bug, a broken configuration or tampered storage: never the answer to a token a stranger sent.
 * The message carries no secret and no token.
 */
export class TokensFault extends Error {
  override readonly name = 'TokensFault';
}
