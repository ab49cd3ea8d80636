import type { AssuranceLevel, ClientId, TenantId } from '@argus/contract';
import {
  type Authentication,
  assuranceOf,
  highest,
  isAtLeast,
  levelAsked,
  type Passkey,
  type Provider,
  type Session,
  subjectOf,
} from '@argus/core';
import { passkeysOfUser } from '@argus/store';
import { type Ways, type Whose, waysIn } from '../federation/ways-in.ts';
import type { ShownProvider } from '../pages/index.ts';
import type { Services } from '../services.ts';

export type StepUpMethod = 'password' | 'passkey' | 'totp' | 'federated';

export interface WaysToProve {
  /** What makes this session fresh, of what its person has. */
  readonly methods: readonly StepUpMethod[];
  readonly providers: readonly ShownProvider[];
  /** The highest level that this person can show. */
  readonly reachable: AssuranceLevel;
}

/** By what a person proves what policy asks of them by now, at this client; nothing where they have not set that up. */
export async function waysToProveMissing(
  services: Pick<Services, 'store' | 'clock' | 'policies'>,
  whose: Whose & { readonly session: Session },
  clientId?: ClientId,
): Promise<WaysToProve> {
  const { tenant, user, session } = whose;
  const policy = await services.policies.effective(tenant, { ...subjectOf(user, session), clientId });
  const { factors, passkey } = policy.authentication;
  const needed = levelAsked(policy.authentication);
  const ways = await waysToProve(services, whose, needed);
  if (!isAtLeast(ways.reachable, needed)) return { ...ways, methods: [], providers: [] };
  if (!factors.isPhishingResistant && passkey.attestation === 'none') return ways;
  return { ...ways, methods: ways.methods.filter((method) => method === 'passkey'), providers: [] };
}

interface Candidate {
  readonly method: StepUpMethod;
  readonly level: AssuranceLevel;
}

/**
 * By what a signed-in person can prove again who they are: nothing that would make the session weaker than it is, or
 * than `needed`, while there is something as strong.
 */
export async function waysToProve(
  services: Pick<Services, 'store' | 'clock'>,
  whose: Whose & { readonly session: Session },
  needed: AssuranceLevel = 'urn:argus:aal1',
): Promise<WaysToProve> {
  const ways = await waysIn(services, whose);
  const providers = provingProviders(ways);
  const keys = await passkeysOfUser(services.store.pool, whose.tenant, whose.user.id);
  const candidates = candidatesOf(ways, {
    session: whose.session,
    providers,
    keys,
    at: services.clock.now(),
  });
  const reachable = highest(candidates.map(({ level }) => level));
  const wanted = highest([needed, whose.session.acr]);
  const least = isAtLeast(reachable, wanted)
    ? wanted
    : isAtLeast(reachable, needed)
      ? needed
      : 'urn:argus:aal1';
  const methods = candidates.filter(({ level }) => isAtLeast(level, least)).map(({ method }) => method);
  return { methods, providers: methods.includes('federated') ? providers.map(shown) : [], reachable };
}

function candidatesOf(
  { enrolled }: Ways,
  {
    session,
    providers,
    keys,
    at,
  }: {
    readonly session: Session;
    readonly providers: readonly Provider[];
    readonly keys: readonly Passkey[];
    readonly at: number;
  },
): Candidate[] {
  const levelBy = (proof: Authentication) => assuranceOf([proof], session.amr).acr;
  const all: readonly (Candidate & { readonly isThere: boolean })[] = [
    {
      method: 'passkey',
      // As good as it gets: whether the device checks who holds it shows only then.
      level: highest(
        keys.map((key) => levelBy({ ...key, method: 'passkey', provedAt: at, isUserVerified: true })),
      ),
      isThere: keys.length > 0,
    },
    { method: 'totp', level: levelBy({ method: 'otp', provedAt: at }), isThere: enrolled.hasTotp },
    { method: 'password', level: levelBy({ method: 'pwd', provedAt: at }), isThere: enrolled.hasPassword },
    {
      method: 'federated',
      level: providers.some(mayReachTwoFactors) ? 'urn:argus:aal2' : 'urn:argus:aal1',
      isThere: providers.length > 0,
    },
  ];
  return all.filter(({ isThere }) => isThere).map(({ method, level }) => ({ method, level }));
}

/** GitHub never says when somebody proved anything, so nothing becomes fresh by it. */
function provingProviders({ identities }: Ways): Provider[] {
  const connected = new Map(
    identities.flatMap(({ provider }) => (provider ? [[provider.id, provider]] : [])),
  );
  return [...connected.values()].filter(({ settings }) => settings.preset !== 'github');
}

function shown({ id, settings }: Provider): ShownProvider {
  return { id, name: settings.name };
}

/** The highest level that is within reach: of this very person, or of whoever may come when nobody is signed in. */
export async function reachableLevel(
  services: Pick<Services, 'store' | 'clients' | 'clock' | 'policies'>,
  tenant: TenantId,
  whose: (Whose & { readonly session: Session }) | null,
): Promise<AssuranceLevel> {
  if (whose) return highest([(await waysToProve(services, whose)).reachable, whose.session.acr]);
  const { factors, passkey } = (await services.policies.effective(tenant)).authentication;
  if (passkey.attestation === 'verified') return 'urn:argus:aal3';
  // Whoever comes may have a second factor or set one up.
  return factors.methods.some((method) => method !== 'password') ? 'urn:argus:aal2' : 'urn:argus:aal1';
}

function mayReachTwoFactors({ settings: { assurance } }: Provider): boolean {
  return assurance.aal2Acr.length > 0 || assurance.aal2Amr.length > 0;
}
