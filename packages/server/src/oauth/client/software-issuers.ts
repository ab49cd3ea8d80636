import { foreignAlgorithms } from '@argus/contract';
import {
  createJwksSource,
  foreignKeyIdOf,
  issuerOfStatement,
  type JwksSource,
  verifySoftwareStatement,
} from '@argus/tokens';
import type { Config } from '../../config/config.ts';
import type { Clock } from '../../services/clock.ts';

/** Those who may vouch for software that registers itself, with their keys. */
export interface SoftwareIssuers {
  /** Only software that one of them vouches for may register. */
  readonly areAsked: boolean;
  /** What the statement says; `unapproved`: by nobody known here, `invalid`: not what it pretends to be. */
  verify(statement: string): Promise<Vouched | 'unapproved' | 'invalid'>;
}

export interface Vouched {
  readonly claims: Readonly<Record<string, unknown>>;
}

export function openSoftwareIssuers(
  { issuer: audience, statementIssuers = [] }: Pick<Config, 'issuer' | 'statementIssuers'>,
  fetching: typeof fetch,
  clock: Clock,
): SoftwareIssuers {
  const sources = new Map<string, JwksSource>(
    statementIssuers.map(({ issuer, jwksUri }) => [
      issuer,
      createJwksSource({
        url: jwksUri,
        fetch: fetching,
        clock,
        algorithms: foreignAlgorithms,
      }),
    ]),
  );
  return {
    areAsked: sources.size > 0,
    async verify(statement) {
      const issuer = issuerOfStatement(statement);
      if (issuer === null) return 'invalid';
      const keys = sources.get(issuer);
      if (!keys) return 'unapproved';
      await keys.load(foreignKeyIdOf(statement));
      const verified = verifySoftwareStatement(keys, statement, { issuer, audience, now: clock.now() });
      return verified.ok ? verified : 'invalid';
    },
  };
}
