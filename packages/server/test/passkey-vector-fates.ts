/** What becomes of one pair: the library alone, the wrapper as it comes, and with attestation that must be proved. */
export interface Fate {
  readonly title: string;
  readonly library: [registration: 'ok' | 'thrown', authentication: 'ok' | 'thrown'];
  readonly plain: [registration: string, authentication: string];
  readonly proved: string;
  readonly because: string;
}

const bothFine = { library: ['ok', 'ok'], plain: ['ok', 'ok'] } as const satisfies Partial<Fate>;
/**
 * With all of its algorithms and the top page named, the library alone fails in four pairs of fifteen: Ed448, TPM,
 * Android key and U2F. Where the last word is `backup-eligibility`, the attestation itself held.
 */
export const fates: readonly Fate[] = [
  {
    ...row('ES256 Credential with No Attestation'),
    ...bothFine,
    proved: 'attestation',
    because: 'a plain passkey: it says nothing of its model',
  },
  {
    ...row('ES256 Credential with Self Attestation'),
    ...bothFine,
    proved: 'attestation',
    because: 'a key that signs for itself is checked, and proves no model',
  },
  {
    ...row('ES256 Credential with "crossOrigin": true in clientDataJSON'),
    library: ['ok', 'ok'],
    plain: ['cross-origin', 'cross-origin'],
    proved: 'cross-origin',
    because: 'it happened in a frame and nothing says in whose; the library lets that pass',
  },
  {
    ...row('ES256 Credential with "topOrigin" in clientDataJSON'),
    library: ['ok', 'thrown'],
    plain: ['cross-origin', 'cross-origin'],
    proved: 'cross-origin',
    because:
      'a frame of a page that is not named; the library does not look at registration (see the test below)',
  },
  {
    ...row('ES256 Credential with very long credential ID'),
    ...bothFine,
    proved: 'attestation',
    because: 'its id has the 1,023 bytes that are allowed; it says nothing of its model',
  },
  {
    ...row('Packed Attestation with ES256 Credential'),
    ...bothFine,
    proved: 'backup-eligibility',
    because:
      'the attestation leads to the root; the last word is that a passkey which may leave its device is not AAL3',
  },
  {
    ...row('Packed Attestation with ES384 Credential'),
    library: ['thrown', 'ok'],
    plain: ['algorithm', 'ok'],
    proved: 'algorithm',
    because: 'ES384 is not offered, so the passkey that its second half would use is never kept',
  },
  {
    ...row('Packed Attestation with ES512 Credential'),
    library: ['thrown', 'ok'],
    plain: ['algorithm', 'ok'],
    proved: 'algorithm',
    because: 'ES512 is not offered, as ES384',
  },
  {
    ...row('Packed Attestation with RS256 Credential'),
    ...bothFine,
    proved: 'backup-eligibility',
    because: 'the attestation leads to the root, and the passkey may leave its device, as with ES256',
  },
  {
    ...row('Packed Attestation with Ed25519 Credential'),
    ...bothFine,
    proved: 'ok',
    because: 'the one pair that is bound to its device and attested in a way that names its model',
  },
  {
    ...row('Packed Attestation with Ed448 Credential'),
    library: ['thrown', 'thrown'],
    plain: ['algorithm', 'signature'],
    proved: 'algorithm',
    because: 'Ed448 is not offered, and the library cannot verify it even when it is told to offer it',
  },
  {
    ...row('TPM Attestation with ES256 Credential'),
    library: ['thrown', 'ok'],
    plain: ['ok', 'ok'],
    proved: 'attestation',
    because:
      'the maker of this TPM, id:00000000, is no registered one; unproved, the statement is laid aside',
  },
  {
    ...row('Android Key Attestation with ES256 Credential'),
    library: ['thrown', 'ok'],
    plain: ['ok', 'ok'],
    proved: 'attestation',
    because:
      'the library wants the root in the chain, which holds a leaf only; we never hand this format to it',
  },
  {
    ...row('Apple Anonymous Attestation with ES256 Credential'),
    library: ['ok', 'ok'],
    plain: ['ok', 'ok'],
    proved: 'backup-eligibility',
    because:
      'the library believes in Apple’s own root, which the wrapper took from it; in the metadata’s, it holds',
  },
  {
    ...row('FIDO U2F Attestation with ES256 Credential'),
    library: ['thrown', 'ok'],
    plain: ['ok', 'ok'],
    proved: 'attestation',
    because: 'the library wants U2F’s AAGUID to be zero; we prove models by AAGUID, and U2F has none',
  },
];

function row(title: string): Pick<Fate, 'title'> {
  return { title };
}
