import type { TokenCheck } from '../token-check.ts';
import type { ArgusCalls } from './argus-calls.ts';
import type { GatewayCounts } from './counts.ts';
import type { Ended } from './ended.ts';
import type { Once } from './once.ts';
import type { Renewals } from './renewals.ts';
import type { GatewaySettings } from './settings.ts';
import type { Standing } from './standing.ts';

/** What all doors of one gateway share. */
export interface GatewayCore {
  readonly settings: GatewaySettings;
  readonly calls: ArgusCalls;
  readonly tokens: TokenCheck;
  readonly renewals: Renewals;
  readonly ended: Ended;
  /** Logout tokens that were used. */
  readonly logoutTokens: Once;
  readonly counts: GatewayCounts;
  /** Of requests that are on their way through several doors. */
  readonly standings: WeakMap<object, Looked>;
}

/** All doors look at the same cookies of a request, and only the first hands out new ones. */
export interface Looked {
  readonly standing: Promise<Standing>;
  isHandedOut: boolean;
}
