import { hash, type KeyObject } from 'node:crypto';
import type {
  AuthenticationResponse,
  CreationOptions,
  RegistrationResponse,
  RequestOptions,
} from '@argus/contract';
import { type Cbor, cbor } from './cbor.ts';
import type { Random } from './random.ts';
import { coseKey, newKey, signWith, type TestAlgorithm } from './software-keys.ts';
import type { Certified } from './test-authority.ts';

/** What an authenticator, or an attacker who plays one, can make otherwise; each is one ceremony's. */
export interface Ceremony {
  /** User verified, user present, backup eligible, backed up. */
  readonly uv?: boolean;
  readonly up?: boolean;
  readonly be?: boolean;
  readonly bs?: boolean;
  readonly counter?: number;
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  readonly type?: string;
  readonly crossOrigin?: boolean;
  readonly topOrigin?: string;
  /** What stands under the signature beside the rest. */
  readonly extensions?: ReadonlyMap<Cbor, Cbor>;
  readonly clientExtensionResults?: Record<string, unknown>;
}

export interface Registering extends Ceremony {
  readonly algorithm?: TestAlgorithm;
  /** What the key says that it is, whatever it is. */
  readonly saidAlgorithm?: number;
  readonly aaguid?: string;
  readonly credentialId?: Uint8Array;
  /** `self` is packed and signs with the new key; certificates make it packed with `x5c`. */
  readonly attestation?: 'none' | 'self' | Attesting;
}

export interface Attesting extends Pick<Certified, 'privateKey'> {
  /** Leaf first, in DER. */
  readonly x5c: readonly Uint8Array[];
  /** Another format than `packed`, to see that it is not looked at. */
  readonly format?: string;
}

export interface Authenticating extends Ceremony {
  /** `null`: none is said. */
  readonly userHandle?: string | null;
  readonly signature?: Uint8Array;
}

export interface SoftwarePasskey {
  readonly credentialId: Buffer;
  /** COSE. */
  readonly publicKey: Buffer;
  readonly privateKey: KeyObject;
  readonly algorithm: TestAlgorithm;
  readonly userHandle: string;
}

/** An authenticator and the browser before it, without windows: it touches itself and knows its owner. */
export interface SoftwareAuthenticator {
  readonly passkeys: readonly SoftwarePasskey[];
  register(options: CreationOptions, ceremony?: Registering): RegistrationResponse;
  /** With the newest passkey that the options allow. */
  authenticate(options: RequestOptions, ceremony?: Authenticating): AuthenticationResponse;
}

export interface SoftwareAuthenticatorSettings extends Ceremony {
  readonly random: Random;
  readonly origin: string;
  readonly aaguid?: string;
}

/** Settings are what every ceremony does unless it says otherwise. Without a counter it stays at zero, as synced passkeys do. */
export function softwareAuthenticator(settings: SoftwareAuthenticatorSettings): SoftwareAuthenticator {
  const passkeys: SoftwarePasskey[] = [];
  return {
    passkeys,
    register(options, ceremony = {}) {
      const passkey = newPasskey(options, { ...settings, ...ceremony });
      passkeys.push(passkey);
      return registrationOf(passkey, options, { ...settings, ...ceremony });
    },
    authenticate(options, ceremony = {}) {
      const allowed = options.allowCredentials.map(({ id }) => id);
      const passkey = passkeys.findLast(
        ({ credentialId }) => allowed.length === 0 || allowed.includes(credentialId.toString('base64url')),
      );
      if (!passkey) throw new Error('the software authenticator has no passkey that is allowed');
      return authenticationOf(passkey, options, { ...settings, ...ceremony });
    },
  };
}

type With<Kind extends Ceremony> = Kind & SoftwareAuthenticatorSettings;

function newPasskey(options: CreationOptions, ceremony: With<Registering>): SoftwarePasskey {
  const { random, algorithm = -7, saidAlgorithm = algorithm } = ceremony;
  const privateKey = newKey(random, algorithm);
  return {
    credentialId: Buffer.from(ceremony.credentialId ?? random.bytes(32)),
    publicKey: cbor(coseKey(privateKey, saidAlgorithm)),
    privateKey,
    algorithm,
    userHandle: options.user.id,
  };
}

function registrationOf(
  passkey: SoftwarePasskey,
  options: CreationOptions,
  ceremony: With<Registering>,
): RegistrationResponse {
  const id = passkey.credentialId.toString('base64url');
  const clientData = clientDataOf('webauthn.create', options.challenge, ceremony);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(passkey.credentialId.length);
  const aaguid = Buffer.from((ceremony.aaguid ?? '0'.repeat(32)).replaceAll('-', ''), 'hex');
  const attested = Buffer.concat([aaguid, length, passkey.credentialId, passkey.publicKey]);
  const authData = authenticatorDataOf(ceremony.rpId ?? options.rp.id, attested, ceremony);
  const signed = Buffer.concat([authData, hash('sha256', clientData, 'buffer')]);
  const [fmt, attStmt] = statementOf(passkey, signed, ceremony.attestation);
  const object = cbor(
    new Map<Cbor, Cbor>([
      ['fmt', fmt],
      ['attStmt', attStmt],
      ['authData', authData],
    ]),
  );
  return {
    id,
    rawId: id,
    type: 'public-key',
    response: {
      clientDataJSON: clientData.toString('base64url'),
      attestationObject: object.toString('base64url'),
      transports: ['internal'],
    },
    clientExtensionResults: ceremony.clientExtensionResults ?? { credProps: { rk: true } },
  };
}

/** WebAuthn §8.2 and §8.7. */
function statementOf(
  { privateKey, algorithm }: SoftwarePasskey,
  signed: Buffer,
  attestation: Registering['attestation'] = 'none',
): [string, ReadonlyMap<Cbor, Cbor>] {
  if (attestation === 'none') return ['none', new Map()];
  if (attestation === 'self')
    return [
      'packed',
      new Map<Cbor, Cbor>([
        ['alg', algorithm],
        ['sig', signWith(privateKey, signed)],
      ]),
    ];
  const statement = new Map<Cbor, Cbor>([
    ['alg', -7],
    ['sig', signWith(attestation.privateKey, signed)],
    ['x5c', attestation.x5c],
  ]);
  return [attestation.format ?? 'packed', statement];
}

function authenticationOf(
  { credentialId, privateKey, ...passkey }: SoftwarePasskey,
  options: RequestOptions,
  ceremony: With<Authenticating>,
): AuthenticationResponse {
  const id = credentialId.toString('base64url');
  const clientData = clientDataOf('webauthn.get', options.challenge, ceremony);
  const authData = authenticatorDataOf(ceremony.rpId ?? options.rpId, Buffer.alloc(0), ceremony);
  const signed = Buffer.concat([authData, hash('sha256', clientData, 'buffer')]);
  const { userHandle = passkey.userHandle, signature = signWith(privateKey, signed) } = ceremony;
  return {
    id,
    rawId: id,
    type: 'public-key',
    response: {
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: Buffer.from(signature).toString('base64url'),
      ...(userHandle === null ? {} : { userHandle }),
    },
    clientExtensionResults: ceremony.clientExtensionResults ?? {},
  };
}

/** WebAuthn §5.8.1. */
function clientDataOf(type: string, challenge: string, ceremony: With<Ceremony>): Buffer {
  const { origin, crossOrigin = false, topOrigin } = ceremony;
  const said = {
    type: ceremony.type ?? type,
    challenge: ceremony.challenge ?? challenge,
    origin,
    crossOrigin,
  };
  return Buffer.from(JSON.stringify(topOrigin === undefined ? said : { ...said, topOrigin }));
}

/** WebAuthn §6.1. */
function authenticatorDataOf(rpId: string, attested: Buffer, ceremony: With<Ceremony>): Buffer {
  const { up = true, uv = true, be = false, bs = false, counter = 0, extensions } = ceremony;
  const flags = [up, false, uv, be, bs, false, attested.length > 0, extensions !== undefined];
  const head = Buffer.alloc(5);
  head[0] = flags.reduce((bits, isSet, place) => bits | (isSet ? 1 << place : 0), 0);
  head.writeUInt32BE(counter, 1);
  const tail = extensions ? cbor(extensions) : Buffer.alloc(0);
  return Buffer.concat([hash('sha256', rpId, 'buffer'), head, attested, tail]);
}
