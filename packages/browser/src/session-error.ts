export type SessionErrorCode =
  /** The network or the server could not be reached. */
  | 'unreachable'
  /** No answer in time. */
  | 'timeout'
  /** Another tab held the refresh for too long. */
  | 'lock-timeout'
  /** An answer that is neither a session nor a plain no: see `status`. */
  | 'unexpected-answer'
  /** Step-up: the person closed the window or turned away from it. */
  | 'closed'
  /** Step-up: the browser let no window open; ask from within a click. */
  | 'blocked'
  /** Step-up: the session ended meanwhile, or nobody is signed in. */
  | 'session-ended'
  /** Step-up: the person proved something, but less than was asked. */
  | 'insufficient'
  /** Passkeys: the person said no, or let the time pass. */
  | 'cancelled'
  /** Passkeys: this browser or device cannot do what is asked. */
  | 'not-supported'
  /** Passkeys: this device has one for this account already. */
  | 'already-registered'
  /** Passkeys: the person has none. */
  | 'no-passkey'
  /** The server said no: see `refusal`. */
  | 'refused';

/** Why something could not be done with the session just now. It says nothing about whether it lives. */
export class SessionError extends Error {
  readonly code: SessionErrorCode;
  /** HTTP status, 0 when there was no answer. */
  readonly status: number;
  /** `code` of the server's problem answer (RFC 9457), `''` when there was none. */
  readonly refusal: string;
  /** How long the server asked to wait, 0 when it did not. */
  readonly retryAfterSeconds: number;

  constructor(code: SessionErrorCode, status = 0, retryAfterSeconds = 0, refusal = '') {
    super(`Argus session: ${code}${status ? ` (${status} ${refusal})` : ''}`);
    this.name = 'SessionError';
    this.code = code;
    this.status = status;
    this.refusal = refusal;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
