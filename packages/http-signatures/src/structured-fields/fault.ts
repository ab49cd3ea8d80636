/** A text that is no structured field, or a value that cannot be written as one. The text of it quotes no input. */
export class StructuredFieldError extends Error {
  override readonly name = 'StructuredFieldError';
}
