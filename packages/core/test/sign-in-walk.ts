import type { AuthenticatorKind } from '@argus/contract';
import {
  type Authentication,
  assuranceOf,
  mostPasskeys,
  type NextStep,
  type Proofs,
  type SecondFactor,
} from '@argus/core';
import { hardware, otp, passkey, pwd, rec, touched } from './proofs.ts';
import { type Standing, stepOf, type Terms } from './sign-in-terms.ts';

/** Where a sign-in stands, and what it is held to. */
export interface Start {
  readonly standing: Standing;
  readonly terms: Terms;
}

/** A step of a walk, and all that was proved when it was asked for. */
export interface Seen {
  readonly step: NextStep;
  readonly standing: Standing;
}

/** Passkeys of every make: what somebody holds, and what somebody registers. */
export const makes = [
  passkey(),
  passkey(touched),
  passkey(hardware),
  passkey({ ...hardware, ...touched }),
] as const;

const shown: Readonly<Record<Exclude<AuthenticatorKind, 'federated' | 'passkey'>, Authentication>> = {
  password: pwd,
  totp: otp,
  'recovery-code': rec,
};

/** What may come of a step: one standing for each thing that somebody can do then. */
function after({ step, standing }: Seen): readonly Standing[] {
  const proved = (...proofs: readonly Authentication[]): Standing[] =>
    proofs.map((proof) => ({ ...standing, proofs: [...standing.proofs, proof] }));
  const { enrolled } = standing;
  switch (step.kind) {
    case 'second-factor':
      return step.methods.flatMap((method) =>
        method === 'passkey' ? proved(...makes) : proved(shown[method]),
      );
    case 'verify-email':
      return [{ ...standing, isEmailVerified: true }];
    case 'enrol':
      return step.methods.flatMap((method) =>
        method === 'passkey'
          ? proved(...makes).map((next) => ({
              ...next,
              enrolled: { ...enrolled, passkeys: enrolled.passkeys + 1 },
            }))
          : proved(otp).map((next) => ({ ...next, enrolled: { ...enrolled, hasTotp: true } })),
      );
    case 'choose-session':
      return [{ ...standing, liveSessions: standing.liveSessions - 1 }];
    case 'refuse':
    case 'admit':
      return [];
  }
}

/** Every step that a sign-in from here can come to, each once; throws when one might not come to an end. */
export function everyStep({ standing, terms }: Start): readonly Seen[] {
  const seen = new Map<string, Seen>();
  const walk = (at: Standing): void => {
    const name = nameOf(at);
    if (seen.has(name)) return;
    const here: Seen = { step: stepOf(at, terms), standing: at };
    seen.set(name, here);
    if (!isBounded(here, terms)) throw new Error(`no end: ${JSON.stringify(here)}`);
    for (const next of after(here)) walk(next);
  };
  walk(standing);
  return [...seen.values()];
}

/** Each step takes something that there is only so much of, so that no walk can go on for ever. */
function isBounded({ step, standing }: Seen, { session }: Terms): boolean {
  const has = (kind: SecondFactor) =>
    standing.proofs.some((proof) => (kind === 'passkey' ? proof.method === kind : proof === shown[kind]));
  switch (step.kind) {
    case 'second-factor':
      return !step.methods.some(has);
    case 'enrol':
      return step.methods.every((kind) =>
        kind === 'passkey' ? standing.enrolled.passkeys < mostPasskeys : !has(kind),
      );
    case 'verify-email':
      return !standing.isEmailVerified;
    case 'choose-session':
      return standing.liveSessions >= (session.concurrent.max ?? Number.POSITIVE_INFINITY);
    case 'refuse':
    case 'admit':
      return true;
  }
}

/** Alike for standings that no rule may tell apart: it matters whether there are passkeys, and room for one more. */
function nameOf({ proofs, enrolled, isEmailVerified, liveSessions }: Standing): string {
  const proved = [...new Set(proofs.map(nameOfProof))].sort().join('+');
  const { hasTotp, passkeys } = enrolled;
  return `${proved} ${hasTotp} ${passkeys > 0} ${passkeys < mostPasskeys} ${isEmailVerified} ${liveSessions}`;
}

function nameOfProof(proof: Authentication): string {
  if (proof.method === 'fed') return `fed:${proof.level}:${proof.amr}`;
  if (proof.method !== 'passkey') return proof.method;
  return `passkey:${proof.isUserVerified}:${proof.isAttested}:${proof.isBackupEligible}`;
}

/** Which level the proofs justify, told from the standard and not from the code. */
export function justified(proofs: Proofs): 1 | 2 | 3 {
  // NIST SP 800-63B-4 §3.1: what each of them is, of what one knows, has and is. A code from a list of recovery codes
  // is none of them (§4.2), nor is what a provider says without an administrator who vouches for it, unless it can be
  // no less than something known.
  const factors = new Set(proofs.flatMap(factorsOf));
  const isMapped = proofs.some((proof) => proof.method === 'fed' && proof.level === 'urn:argus:aal2');
  // §2.3.1: a cryptographic authenticator with a non-exportable key, activated by a second factor (§3.1.7).
  const isHard = proofs.some(
    (proof) =>
      proof.method === 'passkey' && proof.isUserVerified && proof.isAttested && !proof.isBackupEligible,
  );
  if (isHard) return 3;
  // §2.2.1: two distinct factors.
  return factors.size > 1 || isMapped ? 2 : 1;
}

function factorsOf(proof: Authentication): readonly ('known' | 'held' | 'activated')[] {
  switch (proof.method) {
    case 'pwd':
      return ['known'];
    case 'otp':
      return ['held'];
    case 'passkey':
      return proof.isUserVerified ? ['held', 'activated'] : ['held'];
    case 'fed':
      return proof.amr.some((method) => ['otp', 'hwk', 'swk'].includes(method)) ? [] : ['known'];
    case 'rec':
      return [];
  }
}

export function claimedLevel(proofs: Proofs): number {
  return Number(assuranceOf(proofs).acr.at(-1));
}
