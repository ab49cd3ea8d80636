export type { Environment } from './services/environment.ts';
export { createSession, type Session, type SessionSettings } from './session.ts';
export { SessionError, type SessionErrorCode } from './session-error.ts';
export type { SessionInit } from './session-fetch.ts';
export type { CurrentSession, IdleWarning, StepUpChoice } from './state.ts';
export type { StepUp } from './step-up.ts';
