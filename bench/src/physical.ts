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

export async function argon2Seconds(): Promise<number> {
  return medianCpu(5, 20, async (times) => {
    for (let n = 0; n < times; n += 1)
      await hash('correct horse battery staple', { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
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
