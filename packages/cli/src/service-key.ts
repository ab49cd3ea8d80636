import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { codeOf, Failure, messageOf } from './failure.ts';

/**
 * Make an Ed25519 key pair and keep the private half as a JWK (RFC 8037) that its owner alone may read. Answers the public
 * half; the private one never leaves this machine. Never writes over a file that is there.
 */
export async function makeKeyFile(file: string): Promise<Readonly<Record<string, unknown>>> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const text = `${JSON.stringify(privateKey.export({ format: 'jwk' }), null, 2)}\n`;
  try {
    await writeFile(file, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw new Failure(`${file} exists already; name another file.`);
    throw new Failure(`${file} cannot be written: ${messageOf(error)}`);
  }
  return jwkOf(publicKey);
}

/** The public key in a file, out of a JWK or PEM; of a private one only its public half is taken. */
export async function publicKeyIn(file: string): Promise<Readonly<Record<string, unknown>>> {
  let text: string;
  try {
    text = (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${messageOf(error)}`);
  }
  try {
    return jwkOf(
      text.startsWith('{')
        ? createPublicKey({ key: JSON.parse(text), format: 'jwk' })
        : createPublicKey(text),
    );
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${file} holds no key in the form of a JWK or PEM.`);
  }
}

function jwkOf(key: KeyObject): Readonly<Record<string, unknown>> {
  if (key.asymmetricKeyType !== 'ed25519') throw new Failure('A service has keys of the kind Ed25519.');
  return { ...key.export({ format: 'jwk' }) };
}
