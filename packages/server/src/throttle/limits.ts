import { guessLimits } from '@argus/core';
import type { Limit } from './buckets.ts';

/**
 * What strangers may do how often, counted in each process. Generous: no person meets them by living, and a known
 * device is counted by itself, so that strangers cannot use up what is its owner's (ASVS 6.1.1).
 */
export interface Limits {
  /** Tries from one network (/24, /48) by whoever has no known device: sign-in, sign-up, links. */
  readonly network: Limit;
  /** New accounts from one network. */
  readonly signUp: Limit;
  /** Sign-ups with one address: each takes a hash, and a question to whoever is asked about leaks. */
  readonly signUpAgain: Limit;
  /** Clients that register themselves from one network. */
  readonly registration: Limit;
  /** Passwords for one address by whoever has no known device: spares the database, where policy counts them exactly. */
  readonly account: Limit;
  /** Mails of one kind to one address that somebody else can cause. */
  readonly causedMail: Limit;
  /** Sign-ins to one account on one device that its owner used before. */
  readonly device: Limit;
  /** Answers of one passkey. */
  readonly passkey: Limit;
  /** Codes of one person that are guessed at after a first proof; the database counts them again for all processes. */
  readonly code: Limit;
  /** Wrong current passwords in one session. */
  readonly passwordChange: Limit;
  /** Renewals of one grant. A browser needs one in four minutes. */
  readonly refresh: Limit;
  /** Lines of the audit log about refused renewals of one grant, and about the code that it began with. */
  readonly refusedRefresh: Limit;
  /** Lines of the audit log about one client that could not prove itself, by network. */
  readonly refusedClient: Limit;
  /** Lines of the audit log about what one person was refused in administration. */
  readonly refusedAdministration: Limit;
  /** What one person exports of themselves. */
  readonly personExport: Limit;
  /** What one service asks. A middleware that is degraded asks for each of its tokens now and then. */
  readonly service: Limit;
  /** What a public client, or nobody in particular, may leave behind in the database from one network. */
  readonly oauth: Limit;
  /** Codes, refusals and consents that one person leaves behind at the authorization endpoint. */
  readonly authorization: Limit;
  /** Devices that one client lets wait for their person. */
  readonly deviceAuthorization: Limit;
  /** Codes that one person types which no device shows (RFC 8628 §5.1). */
  readonly userCode: Limit;
}

export const generousLimits: Limits = {
  network: { burst: 100, everySeconds: 0.6 },
  signUp: { burst: 50, everySeconds: 12 },
  signUpAgain: { burst: 10, everySeconds: 30 },
  registration: { burst: 10, everySeconds: 360 },
  account: { burst: 100, everySeconds: 6 },
  causedMail: { burst: 3, everySeconds: 3_600 },
  device: { burst: 20, everySeconds: 30 },
  passkey: { burst: 20, everySeconds: 10 },
  code: { burst: guessLimits.totp.burst, everySeconds: guessLimits.totp.everySeconds },
  passwordChange: { burst: 10, everySeconds: 30 },
  refresh: { burst: 120, everySeconds: 1 },
  refusedRefresh: { burst: 10, everySeconds: 30 },
  refusedClient: { burst: 10, everySeconds: 30 },
  refusedAdministration: { burst: 10, everySeconds: 30 },
  personExport: { burst: 5, everySeconds: 600 },
  service: { burst: 5_000, everySeconds: 0.002 },
  oauth: { burst: 100, everySeconds: 0.6 },
  authorization: { burst: 300, everySeconds: 1 },
  deviceAuthorization: { burst: 1_000, everySeconds: 0.1 },
  userCode: { burst: 10, everySeconds: 30 },
};

const never: Limit = { burst: Number.POSITIVE_INFINITY, everySeconds: 1 };

/** For measurements, and for tests that are not about limits: to the server all of them are one network. */
export const noLimits: Limits = {
  network: never,
  signUp: never,
  signUpAgain: never,
  registration: never,
  account: never,
  causedMail: never,
  device: never,
  passkey: never,
  code: never,
  passwordChange: never,
  refresh: never,
  refusedRefresh: never,
  refusedClient: never,
  refusedAdministration: never,
  personExport: never,
  service: never,
  oauth: never,
  authorization: never,
  deviceAuthorization: never,
  userCode: never,
};
