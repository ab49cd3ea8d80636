import {
  attestations,
  bindings,
  compositions,
  contextReactions,
  type DegradedBehaviour,
  lockoutScopes,
  onLimits,
  otherSessionsReactions,
  riskModes,
  signUpModes,
  userVerifications,
  verifyEmailTimes,
} from '@argus/contract';
import type { PolicyValue } from './settings.ts';

/**
 * In which direction a value is tighter. `min`: the smaller, and null is no limit; `max`: the larger; `and`, `or`: false,
 * true; `intersection`: only what all allow, and null allows all; `union`: all that any names; a list: the later one.
 * `none`: neither is tighter, so that only the tenant as a whole can set it.
 */
export type Order = 'min' | 'max' | 'and' | 'or' | 'intersection' | 'union' | 'none' | readonly string[];

const degradedFromLoosest: readonly DegradedBehaviour[] = [
  'accept-until-expiry',
  'introspect',
  'fail-closed',
];

/** Every key of a policy with its order. A key that is not here cannot be set. */
export const orders: Readonly<Record<string, Order>> = {
  'session.idleMinutes': 'min',
  'session.absoluteHours': 'min',
  'session.rememberMe.allowed': 'and',
  'session.rememberMe.idleDays': 'min',
  'session.rememberMe.absoluteDays': 'min',
  'session.concurrent.max': 'min',
  'session.concurrent.perDeviceClass.desktop': 'min',
  'session.concurrent.perDeviceClass.mobile': 'min',
  'session.concurrent.perDeviceClass.tablet': 'min',
  'session.concurrent.perDeviceClass.other': 'min',
  'session.concurrent.onLimit': onLimits,
  'session.binding': bindings,
  'session.onContextChange.country': contextReactions,
  'session.onContextChange.asn': contextReactions,
  'session.onContextChange.device': contextReactions,
  'tokens.accessMinutes': 'min',
  'tokens.codeSeconds': 'min',
  'tokens.refresh.retryWindowSeconds': 'min',
  'tokens.refresh.rotate': 'none',
  'tokens.algorithm': 'none',
  'tokens.rsaBits': 'none',
  'authentication.factors.required': 'max',
  'authentication.factors.phishingResistant': 'or',
  'authentication.factors.methods': 'intersection',
  'authentication.factors.rememberDeviceDays': 'min',
  'authentication.password.minLength': 'max',
  'authentication.password.minLengthWithSecondFactor': 'max',
  'authentication.password.maxLength': 'none',
  'authentication.password.blocklist': 'or',
  'authentication.password.breachCheck': 'or',
  'authentication.password.history': 'max',
  'authentication.password.composition': compositions,
  'authentication.lockout.failures': 'min',
  'authentication.lockout.minutes': 'max',
  'authentication.lockout.scope': lockoutScopes,
  'authentication.lockout.knownDeviceBypass': 'and',
  'authentication.passkey.userVerification': userVerifications,
  'authentication.passkey.attestation': attestations,
  'authentication.passkey.backupEligible': 'and',
  'authentication.passkey.aaguids': 'intersection',
  'authentication.totp.driftSteps': 'min',
  'authentication.stepUp.maxAgeMinutes': 'min',
  'authentication.stepUp.for': 'union',
  'authentication.signUp.mode': signUpModes,
  'authentication.signUp.verifyEmail': verifyEmailTimes,
  'authentication.recovery.delayHours': 'max',
  'authentication.otherSessionsOnChange': otherSessionsReactions,
  'accounts.disableIdleDays': 'min',
  'clients.requirePar': 'or',
  'clients.requireDpop': 'or',
  'clients.confidentialOnly': 'or',
  'feed.degraded': degradedFromLoosest,
  'feed.staleAfterSeconds': 'min',
  'devices.trustDays': 'min',
  'devices.minTrustForPasswordless': 'max',
  'devices.minTrust': 'max',
  'risk.mode': riskModes,
  'risk.challengeRate': 'max',
  'audit.retainDays': 'none',
};

/** The tighter of two values of one key. Equal ones give the first. */
export function tighter(order: Order, first: PolicyValue, second: PolicyValue): PolicyValue {
  switch (order) {
    case 'min':
      return atMost(second) < atMost(first) ? second : first;
    case 'max':
      return Number(second) > Number(first) ? second : first;
    case 'and':
      return first === false ? first : second;
    case 'or':
      return first === true ? first : second;
    case 'intersection':
      return common(first, second);
    case 'union':
      return sorted(new Set([...listOf(first), ...listOf(second)]));
    case 'none':
      return first;
    default:
      return order.indexOf(String(second)) > order.indexOf(String(first)) ? second : first;
  }
}

/** Whether `value` is at least as tight as `than`. */
export function isAsTight(order: Order, value: PolicyValue, than: PolicyValue): boolean {
  return order === 'none' || isSameValue(tighter(order, value, than), value);
}

export function isSameValue(first: PolicyValue, second: PolicyValue): boolean {
  if (!Array.isArray(first) || !Array.isArray(second)) return first === second;
  return first.length === second.length && sorted(first).join('\n') === sorted(second).join('\n');
}

function common(first: PolicyValue, second: PolicyValue): PolicyValue {
  if (first === null || second === null) return first ?? second;
  const also = new Set(listOf(second));
  return sorted(listOf(first).filter((each) => also.has(each)));
}

function listOf(value: PolicyValue): readonly string[] {
  return Array.isArray(value) ? value : [];
}

function sorted(values: Iterable<string>): readonly string[] {
  return [...values].sort();
}

function atMost(value: PolicyValue): number {
  return value === null ? Number.POSITIVE_INFINITY : Number(value);
}
