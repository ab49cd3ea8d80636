import { constants, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { hash } from '@node-rs/argon2';

/** What the machine cannot do cheaper: CPU seconds of one unavoidable operation, median of rounds. */
export async function rsaSignatureSeconds(): Promise<number> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const bytes = randomBytes(500);
  return medianCpu(7, 400, async (times) => {
    for (let n = 0; n < times; n += 1)
      sign('RSA-SHA256', bytes, { key: privateKey, padding: constants.RSA_PKCS1_PADDING });
  });
}

/** `atOnce` hashes run side by side: they share memory bandwidth, so each costs more than one alone. */
export async function argon2Seconds(atOnce: number): Promise<number> {
  const one = () => hash('correct horse battery staple', { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  return medianCpu(5, 24, async (times) => {
    for (let n = 0; n < times; n += atOnce) await Promise.all(Array.from({ length: atOnce }, one));
  });
}

async function medianCpu(
  rounds: number,
  times: number,
  work: (times: number) => Promise<void>,
): Promise<number> {
  const results: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = process.cpuUsage();
    await work(times);
    const { user, system } = process.cpuUsage(before);
    results.push((user + system) / 1e6 / times);
  }
  return results.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
}
