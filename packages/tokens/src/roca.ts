/**
 * Whether an RSA modulus bears the fingerprint of CVE-2017-15361 (ROCA): keys of some smart cards and TPMs whose
 * primes have a form that can be factored. Such a modulus is a power of 65537 modulo every small prime.
 * Source: Nemec et al., "The Return of Coppersmith's Attack", CCS 2017, §4 (fingerprinting).
 */
export function hasRocaFingerprint(modulus: Uint8Array): boolean {
  const n = BigInt(`0x${Buffer.from(modulus).toString('hex') || '0'}`);
  return residues.every(([prime, powers]) => powers.has(Number(n % BigInt(prime))));
}

const smallPrimes = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107,
  109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];
const residues = smallPrimes.map((prime) => [prime, powersOf(65_537 % prime, prime)] as const);

function powersOf(generator: number, prime: number): ReadonlySet<number> {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * generator) % prime) powers.add(power);
  return powers;
}
