/** Why a signature proves nothing, in the words of the audit log. The other side need not learn which. */
export const signatureRejections = [
  'unsigned',
  'too-long',
  'malformed',
  'repeated-key',
  'unpaired-label',
  'too-many-signatures',
  'no-such-signature',
  'ambiguous',
  'too-many-components',
  'bad-component',
  'duplicate-component',
  'bad-parameter',
  'missing-component',
  'missing-parameter',
  'wrong-tag',
  'expires-before-created',
  'lives-too-long',
  'from-the-future',
  'too-old',
  'expired',
  'bad-nonce',
  'unknown-key',
  'wrong-algorithm',
  'unfit-key',
  'absent-component',
  'bad-value',
  'bad-signature',
] as const;

export type SignatureRejection = (typeof signatureRejections)[number];

/** Why the bytes of a body are not those that a digest names. */
export const digestRejections = [
  'missing-digest',
  'malformed-digest',
  'unknown-digest',
  'wrong-digest',
] as const;

export type DigestRejection = (typeof digestRejections)[number];

/** What only a signed exchange refuses. */
export const exchangeRejections = ['body-too-long', 'unexpected-digest'] as const;

export type ExchangeRejection = SignatureRejection | DigestRejection | (typeof exchangeRejections)[number];

export interface Refused<Rejection extends string> {
  readonly ok: false;
  readonly rejection: Rejection;
}

export function refused<Rejection extends string>(rejection: Rejection): Refused<Rejection> {
  return { ok: false, rejection };
}
