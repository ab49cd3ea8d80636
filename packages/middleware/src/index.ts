export type { Activity, ActivityState } from './activity/activity.ts';
export { type Observed, observeNode, observeResponse } from './activity/observe.ts';
export type { RecordedRequest } from './activity/recorded-request.ts';
export { type ActivityNote, noteActivity, type Reportable, recordObserved } from './activity/report.ts';
export type { Answer } from './challenge.ts';
export type { DpopMode, DpopOptions } from './dpop-settings.ts';
export { ProtectionFault } from './fault.ts';
export {
  type GatewayState,
  type SessionGateway,
  sessionGateway,
} from './gateway/gateway.ts';
export type { ClientKey, GatewayOptions, GatewayRequirement } from './gateway/options.ts';
export type {
  GatewayAnswer,
  GatewayParts,
  GatewayPartsVerdict,
  GatewayPass,
  GatewayRefusal,
  GatewayVerdict,
  HeaderLine,
} from './gateway/verdict.ts';
export { type Argus, type ArgusOptions, type ArgusState, connectArgus } from './link/connect-argus.ts';
export type { FeedHealth, HeardEnd } from './link/feed-state.ts';
export type { FeedTrouble } from './link/follow-feed.ts';
export { argusMetrics } from './link/metrics.ts';
export type { Revocations, StandingToken } from './link/revocations.ts';
export type {
  Actor,
  ClientPrincipal,
  PersonPrincipal,
  Principal,
  PrincipalKind,
  TokenSource,
} from './principal.ts';
export type { ProofClaim, ProofReplays } from './proof-replays.ts';
export {
  type PartsVerdict,
  type Protection,
  type ProtectionState,
  protect,
  type Verdict,
} from './protect.ts';
export type { RefusalReason } from './refused.ts';
export type { RequestParts } from './request-parts.ts';
export type { Requirement } from './requirement.ts';
export type { ProtectOptions } from './settings.ts';
export type { CacheBounds } from './verified-tokens.ts';
