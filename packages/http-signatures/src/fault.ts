/**
 * A bug or a broken configuration on our own side: a key that does not fit its algorithm, a message that cannot be
 * signed as asked. Never the answer to a message that a stranger sent. The text carries no secret.
 */
export class SignaturesFault extends Error {
  override readonly name = 'SignaturesFault';
}
