import { type ChildProcess, spawn } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { KeyVault } from '../src/index.ts';

/** A process that makes keys, signs with them, and has no word for giving one away. */
const program = `
const { constants, generateKeyPairSync, sign } = require('node:crypto');
const kinds = {
  RS256: (bits) => generateKeyPairSync('rsa', { modulusLength: bits }),
  PS256: (bits) => generateKeyPairSync('rsa', { modulusLength: bits }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};
const how = {
  RS256: (key) => ['sha256', key],
  PS256: (key) => ['sha256', { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }],
  ES256: (key) => ['sha256', { key, dsaEncoding: 'ieee-p1363' }],
  EdDSA: (key) => [null, key],
};
const keys = new Map();
const answers = {
  create({ kid, algorithm, bits }) {
    const { publicKey, privateKey } = kinds[algorithm](bits);
    keys.set(kid + ' ' + algorithm, privateKey);
    return publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  },
  sign({ kid, algorithm, input }) {
    const [digest, key] = how[algorithm](keys.get(kid + ' ' + algorithm));
    return sign(digest, Buffer.from(input, 'base64'), key).toString('base64');
  },
};
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, verb, ...what } = JSON.parse(line);
  let answer;
  try { answer = { value: answers[verb](what) }; } catch { answer = { error: 'refused' }; }
  process.stdout.write(JSON.stringify({ id, ...answer }) + '\\n');
});
`;

export interface VaultElsewhere extends AsyncDisposable {
  readonly vault: KeyVault;
  /** Every algorithm it was asked to make a key for. */
  readonly made: readonly string[];
}

/** A vault in another process. What it stores is the key's public half; its name is the handle. */
export function vaultElsewhere(): VaultElsewhere {
  const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ask = asking(child);
  const made: string[] = [];
  return {
    made,
    vault: {
      create: async ({ kid, algorithm, rsaBits }) => {
        made.push(algorithm);
        return Buffer.from(await ask('create', { kid, algorithm, bits: rsaBits }), 'base64');
      },
      open: ({ kid, algorithm, sealed }) => ({
        publicKey: createPublicKey({ key: Buffer.from(sealed), format: 'der', type: 'spki' }),
        sign: async (input) =>
          Buffer.from(await ask('sign', { kid, algorithm, input: input.toString('base64') }), 'base64'),
      }),
    },
    [Symbol.asyncDispose]: async () => {
      const gone = Promise.withResolvers<void>();
      child.once('exit', () => gone.resolve());
      child.stdin.end();
      await gone.promise;
    },
  };
}

type Ask = (verb: string, what: object) => Promise<string>;

function asking({ stdin, stdout }: ChildProcess): Ask {
  if (stdin === null || stdout === null) throw new Error('the vault has no voice');
  const waiting = new Map<number, PromiseWithResolvers<string>>();
  let last = 0;
  createInterface({ input: stdout }).on('line', (line) => {
    // The program above wrote it.
    const { id, value, error } = JSON.parse(line) as { id: number; value?: string; error?: string };
    if (value === undefined) waiting.get(id)?.reject(new Error(error));
    else waiting.get(id)?.resolve(value);
    waiting.delete(id);
  });
  return (verb, what) => {
    const id = ++last;
    const answer = Promise.withResolvers<string>();
    waiting.set(id, answer);
    stdin.write(`${JSON.stringify({ id, verb, ...what })}\n`);
    return answer.promise;
  };
}
