import type { Policy } from './policy.ts';
import type { WholeSettings } from './settings.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** Settings as code reads them: in seconds, and with names that say what is true. */
export function policyOfSettings(settings: WholeSettings): Policy {
  const { accounts, clients, feed } = settings;
  return {
    session: sessionPolicy(settings.session),
    tokens: tokenPolicy(settings.tokens),
    authentication: authenticationPolicy(settings.authentication),
    accounts: { disableIdleSeconds: secondsOf(accounts.disableIdleDays, day) },
    clients,
    feed,
  };
}

function sessionPolicy(session: WholeSettings['session']): Policy['session'] {
  const { rememberMe, concurrent, binding, onContextChange } = session;
  return {
    idleSeconds: secondsOf(session.idleMinutes, minute),
    absoluteSeconds: Math.round(session.absoluteHours * hour),
    rememberMe: {
      isAllowed: rememberMe.allowed,
      idleSeconds: Math.round(rememberMe.idleDays * day),
      absoluteSeconds: Math.round(rememberMe.absoluteDays * day),
    },
    concurrent,
    binding,
    onContextChange,
  };
}

function tokenPolicy({ accessMinutes, codeSeconds, refresh, algorithm, rsaBits }: WholeSettings['tokens']) {
  const { retryWindowSeconds } = refresh;
  return {
    accessSeconds: Math.round(accessMinutes * minute),
    codeSeconds,
    refresh: { retryWindowSeconds },
    algorithm,
    rsaBits,
  };
}

function authenticationPolicy(settings: WholeSettings['authentication']): Policy['authentication'] {
  const { factors, password, lockout, passkey, totp, stepUp, signUp, recovery } = settings;
  return {
    factors: {
      required: factors.required === 2 ? 2 : 1,
      isPhishingResistant: factors.phishingResistant,
      methods: factors.methods,
      rememberDeviceSeconds: factors.rememberDeviceDays * day,
    },
    password: {
      minLength: password.minLength,
      minLengthWithSecondFactor: password.minLengthWithSecondFactor,
      maxLength: password.maxLength,
      usesBlocklist: password.blocklist,
      usesBreachCheck: password.breachCheck,
      history: password.history,
      composition: password.composition,
    },
    lockout: {
      failures: lockout.failures,
      seconds: Math.round(lockout.minutes * minute),
      scope: lockout.scope,
      knownDeviceBypass: lockout.knownDeviceBypass,
    },
    passkey: {
      userVerification: passkey.userVerification,
      attestation: passkey.attestation,
      isBackupEligible: passkey.backupEligible,
      aaguids: passkey.aaguids,
    },
    totp: { driftSteps: totp.driftSteps === 1 ? 1 : 0 },
    stepUp: { maxAgeSeconds: Math.round(stepUp.maxAgeMinutes * minute), for: stepUp.for },
    signUp,
    recovery: { delaySeconds: Math.round(recovery.delayHours * hour) },
    otherSessionsOnChange: settings.otherSessionsOnChange,
  };
}

function secondsOf(amount: number | null, unit: number): number | null {
  return amount === null ? null : Math.round(amount * unit);
}
