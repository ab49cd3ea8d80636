import type { CreationOptions, RequestOptions } from '@argus/contract';
import { type WebAuthn, webAuthn } from '../services/webauthn.ts';
import { SessionError } from '../session-error.ts';
import { asJson, creationOptions, requestOptions } from './json.ts';

/** Well before a challenge ends, which lives for five minutes. */
const renewAfterMs = 4 * 60_000;

/** The one question that may be open: browsers take no second beside it (WebAuthn §5.1.4, step 1). */
let open = new AbortController();

export interface Ceremony {
  readonly kind: 'create' | 'get';
  /** Asks the server for options; asked again when those before grow old. */
  readonly options: (signal: AbortSignal) => Promise<CreationOptions | RequestOptions>;
  /** Offer passkeys in the autofill, and wait there for as long as it takes. */
  readonly isConditional?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Ask the person for a passkey; a question that is open elsewhere on the page is taken back.
 *
 * @returns what Argus takes of the credential
 * @throws {SessionError} `cancelled`, `not-supported`, `already-registered`, and what asking for options throws; the
 *   reason of `signal` when that was aborted
 */
export async function hold(ceremony: Ceremony): Promise<object> {
  const browser = webAuthn();
  const { signal } = ceremony;
  if (!browser.credentials) throw new SessionError('not-supported');
  open.abort();
  const mine = new AbortController();
  open = mine;
  const abort = (): void => mine.abort();
  signal?.addEventListener('abort', abort);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const credential = await askOnce(browser, ceremony, mine.signal);
      if (credential) return asJson(credential);
    }
  } catch (problem) {
    signal?.throwIfAborted();
    throw mine.signal.aborted ? new SessionError('cancelled') : errorOf(problem, ceremony);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** Null when the options grew old before anybody answered. */
async function askOnce(
  { credentials, later }: WebAuthn,
  { kind, options, isConditional }: Ceremony,
  mine: AbortSignal,
): Promise<PublicKeyCredential | null> {
  const given = await options(mine);
  mine.throwIfAborted();
  const old = new AbortController();
  const signal = AbortSignal.any([mine, old.signal]);
  const calledOff = isConditional ? later(renewAfterMs, () => old.abort()) : () => undefined;
  try {
    const credential = await (kind === 'create'
      ? credentials?.create({ publicKey: creationOptions(given as CreationOptions), signal }) // as asked for
      : credentials?.get({
          publicKey: requestOptions(given as RequestOptions), // as asked for
          signal,
          ...(isConditional && { mediation: 'conditional' }),
        }));
    mine.throwIfAborted();
    if (!credential) throw new SessionError('cancelled');
    return credential as PublicKeyCredential; // nothing else was asked for
  } catch (problem) {
    if (old.signal.aborted && !mine.aborted) return null;
    throw problem;
  } finally {
    calledOff();
  }
}

/** WebAuthn §5.1.3 and §5.1.4 name what each of these means. */
function errorOf(problem: unknown, { kind }: Ceremony): unknown {
  switch (problem instanceof Error && problem.name) {
    case 'NotAllowedError':
    case 'AbortError':
      return new SessionError('cancelled');
    case 'InvalidStateError':
      return new SessionError(kind === 'create' ? 'already-registered' : 'cancelled');
    case 'NotSupportedError':
    case 'ConstraintError':
    case 'SecurityError':
      return new SessionError('not-supported');
    default:
      return problem;
  }
}
