export type { Environment } from './services/environment.ts';
export { createSession, type Session, type SessionSettings } from './session.ts';
export { SessionError, type SessionErrorCode } from './session-error.ts';
export type { CurrentSession, IdleWarning } from './state.ts';
