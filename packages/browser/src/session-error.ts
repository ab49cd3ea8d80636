export type SessionErrorCode =
  /** The network or the server could not be reached. */
  | 'unreachable'
  /** No answer in time. */
  | 'timeout'
  /** Another tab held the refresh for too long. */
  | 'lock-timeout'
  /** An answer that is neither a session nor a plain no: see `status`. */
  | 'unexpected-answer';

/** Why the session could not be read, refreshed or ended just now. It says nothing about whether it lives. */
export class SessionError extends Error {
  readonly code: SessionErrorCode;
  /** HTTP status, 0 when there was no answer. */
  readonly status: number;
  /** How long the server asked to wait, 0 when it did not. */
  readonly retryAfterSeconds: number;

  constructor(code: SessionErrorCode, status = 0, retryAfterSeconds = 0) {
    super(`Argus session: ${code}${status ? ` (${status})` : ''}`);
    this.name = 'SessionError';
    this.code = code;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
