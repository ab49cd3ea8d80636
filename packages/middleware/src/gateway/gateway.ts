import type { ProtectionState } from '../protect.ts';
import { noDemand, tighten } from '../requirement.ts';
import { createTokenCheck } from '../token-check.ts';
import { createArgusCalls } from './argus-calls.ts';
import type { GatewayCore } from './core.ts';
import { type GatewayCounts, noCounts } from './counts.ts';
import { type DoorDemand, judge } from './door.ts';
import { createEnded } from './ended.ts';
import { createOnce } from './once.ts';
import type { GatewayOptions, GatewayRequirement } from './options.ts';
import { createRenewals } from './renewals.ts';
import { partsOfFetch } from './request-body.ts';
import { answerOwn } from './routes.ts';
import { gatewaySettingsOf } from './settings.ts';
import type { GatewayParts, GatewayPartsVerdict, GatewayVerdict } from './verdict.ts';

/** Counted since the start, but for what is held now. */
export interface GatewayState extends Readonly<GatewayCounts> {
  readonly held: {
    readonly refreshesInFlight: number;
    /** Refresh tokens whose successor, or end, is remembered. */
    readonly refreshesSettled: number;
    readonly endedSessions: number;
    readonly logoutTokens: number;
  };
  readonly tokens: Pick<ProtectionState, 'cache' | 'keys' | 'argus'>;
}

/**
 * The session of a web application on its own host: tokens stay in encrypted cookies of that host and never reach the
 * page. All doors made from one another share everything.
 */
export interface SessionGateway {
  /** An answer to send, or who sends this request. A refusal is a value; only a bug throws. */
  handle(request: Request): Promise<GatewayVerdict>;
  /** The same for servers that have no fetch `Request` at hand. */
  handleParts(parts: GatewayParts): Promise<GatewayPartsVerdict>;
  /** A door that asks for this too, and for somebody signed in. Throws a fault for an impossible requirement. */
  requiring(requirement: GatewayRequirement): SessionGateway;
  /** For metrics and readiness. */
  state(): GatewayState;
}

/**
 * Signs people of a web application in and out by Argus, and keeps them signed in. Throws a fault for options that could
 * not work. Source: OIDC Core §3.1, RFC 9700, OAuth 2.0 for Browser-Based Applications §6.1.
 */
export function sessionGateway(options: GatewayOptions): SessionGateway {
  const settings = gatewaySettingsOf(options);
  const calls = createArgusCalls(settings);
  const counts = noCounts();
  const core: GatewayCore = {
    settings,
    calls,
    counts,
    tokens: createTokenCheck(settings.access),
    renewals: createRenewals(settings, calls, counts),
    ended: createEnded(settings.clock),
    logoutTokens: createOnce(settings.clock),
    standings: new WeakMap(),
  };
  return door(core, options.requires === undefined ? null : tighten(personDemand, options.requires));
}

const personDemand = tighten(noDemand, { kind: 'person' });

function door(core: GatewayCore, demand: DoorDemand): SessionGateway {
  const handleParts = async (parts: GatewayParts): Promise<GatewayPartsVerdict> => {
    const outcome = (await answerOwn(core, parts)) ?? (await judge(core, demand, parts));
    return 'answer' in outcome ? { kind: 'answer', ...outcome } : outcome;
  };
  return {
    handleParts,
    handle: async (request) => {
      const verdict = await handleParts(partsOfFetch(request));
      if (verdict.kind === 'pass') return verdict;
      const { answer, ...told } = verdict;
      return { ...told, response: responseOf(answer) };
    },
    requiring: (requirement) => door(core, tighten(demand ?? personDemand, requirement)),
    state: () => stateOf(core),
  };
}

function responseOf({
  status,
  headers,
  body,
}: {
  status: number;
  headers: Iterable<readonly [string, string]>;
  body: string;
}) {
  const lines = new Headers();
  for (const [name, value] of headers) lines.append(name, value);
  // The constructor refuses a body, even an empty one, where none may be.
  return new Response(body === '' ? null : body, { status, headers: lines });
}

function stateOf({ counts, renewals, ended, logoutTokens, tokens }: GatewayCore): GatewayState {
  const { inFlight, settled } = renewals.size();
  return {
    ...counts,
    held: {
      refreshesInFlight: inFlight,
      refreshesSettled: settled,
      endedSessions: ended.size(),
      logoutTokens: logoutTokens.size(),
    },
    tokens: {
      cache: tokens.verified.size(),
      keys: tokens.keys.state(),
      argus: tokens.settings.argus?.state() ?? null,
    },
  };
}
