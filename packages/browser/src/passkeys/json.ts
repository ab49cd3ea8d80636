import type { CreationOptions, RequestOptions } from '@argus/contract';

/*
 * WebAuthn's own JSON (`parse…OptionsFromJSON`, `toJSON`, Level 3 §5.1) is younger than the browsers that people have,
 * and password managers that stand in for the browser give credentials without it. So it is written here, for what
 * Argus sends and takes.
 */

export function creationOptions(given: CreationOptions): PublicKeyCredentialCreationOptions {
  const options = {
    ...given,
    challenge: bytes(given.challenge),
    user: { ...given.user, id: bytes(given.user.id) },
    excludeCredentials: given.excludeCredentials.map(withBytes),
  };
  return options as PublicKeyCredentialCreationOptions; // transports are open for words to come
}

export function requestOptions(given: RequestOptions): PublicKeyCredentialRequestOptions {
  const allowCredentials = given.allowCredentials.map(withBytes);
  const options = { ...given, challenge: bytes(given.challenge), allowCredentials };
  return options as PublicKeyCredentialRequestOptions; // as above
}

/** What Argus takes of a credential (WebAuthn §5.1.8). */
export function asJson(credential: PublicKeyCredential): object {
  const { id, rawId, type } = credential;
  const given = credential.response as Partial<
    AuthenticatorAssertionResponse & AuthenticatorAttestationResponse
  >; // one of the two
  const response: Record<string, unknown> = {};
  for (const name of parts) if (given[name]) response[name] = text(given[name]);
  if (given.getTransports) response.transports = given.getTransports();
  const clientExtensionResults = credential.getClientExtensionResults();
  return { id, rawId: text(rawId), type, response, clientExtensionResults };
}

const parts = [
  'clientDataJSON',
  'attestationObject',
  'authenticatorData',
  'signature',
  'userHandle',
] as const;

/** The user handle of a person's passkeys: the bytes of their id, as base64url. */
export function userHandleOf(userId: string): string {
  const pairs = userId.replaceAll('-', '').match(/../g) ?? [];
  return text(Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16)).buffer);
}

function withBytes<Descriptor extends { readonly id: string }>(descriptor: Descriptor) {
  return { ...descriptor, id: bytes(descriptor.id) };
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const base64 = base64url.replaceAll('-', '+').replaceAll('_', '/');
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
