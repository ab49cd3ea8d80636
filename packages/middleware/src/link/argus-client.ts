import { type Instant, serviceSignatures } from '@argus/contract';
import {
  type FieldLine,
  type RequestMessage,
  type SignatureKey,
  signatureKeyOf,
  signRequest,
  verifyResponse,
} from '@argus/http-signatures';
import { type Clock, createJwksSource, type JwksSource, readBounded } from '@argus/tokens';
import { deadline } from '../services/clock.ts';
import { newNonce } from '../services/secret.ts';

/** A call to Argus. */
export interface ArgusCall {
  readonly method: 'GET' | 'POST';
  /** Path and query. */
  readonly path: string;
  /** Becomes the JSON of the body. */
  readonly json?: unknown;
  /** The body as JSON that was written before. */
  readonly text?: string;
  readonly fields?: readonly FieldLine[];
  readonly signal?: AbortSignal;
}

/** Why there is no answer to believe. */
export type CallFailure = 'unreachable' | 'unsigned' | 'refused' | 'too-large' | 'malformed';

export type ArgusAnswer =
  | { readonly ok: true; readonly status: number; readonly json: unknown }
  | {
      readonly ok: false;
      readonly failure: CallFailure;
      readonly status?: number;
      readonly retryAfterSeconds?: number;
    };

export type ArgusStream =
  | {
      readonly ok: true;
      readonly body: AsyncIterable<Uint8Array>;
      /** Of the request: what is said in the stream names it. */
      readonly nonce: string;
      /** When the request was sent, by the clock here; in milliseconds. */
      readonly sentAt: Instant;
      /** When Argus signed the opening, by its own clock; in whole seconds. */
      readonly signedAt: number;
    }
  | { readonly ok: false; readonly failure: CallFailure; readonly status?: number };

/** Signed calls to Argus, and answers that are proven to be its own (RFC 9421). */
export interface ArgusClient {
  call(call: ArgusCall): Promise<ArgusAnswer>;
  /** An answer that goes on. */
  open(call: ArgusCall): Promise<ArgusStream>;
  /** Argus's keys for signatures. */
  readonly keys: JwksSource;
}

export interface ArgusClientOptions {
  /** What signatures name, whatever the way there. */
  readonly issuer: string;
  /** Where Argus is reached from here. */
  readonly argusUrl: string;
  readonly key: SignatureKey;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** For a whole call; default 5,000. */
  readonly timeoutMs?: number;
}

const mostAnswerBytes = 1_048_576;
const keyDirectoryPath = '/.well-known/http-message-signatures-directory';

export function createArgusClient(options: ArgusClientOptions): ArgusClient {
  const { argusUrl, clock, timeoutMs = 5_000 } = options;
  const keys = createJwksSource({
    url: `${argusUrl}${keyDirectoryPath}`,
    fetch: options.fetch,
    clock,
    use: 'service',
    // An emergency changes keys at once, and what tells of it is signed by the new ones.
    cooldownSeconds: 1,
  });
  const send = async (call: ArgusCall, signal: AbortSignal) => {
    const sent = signedRequest(options, call);
    const response = await options.fetch(`${argusUrl}${call.path}`, {
      method: call.method,
      headers: sent.message.fields.map(([name, value]): [string, string] => [name, value]),
      ...(sent.body ? { body: sent.body } : {}),
      redirect: 'error',
      signal,
    });
    return { ...sent, response };
  };
  const signedAt = async (of: Answered) => {
    const verified = await verifyResponse(
      serviceSignatures,
      { kind: 'response', status: of.response.status, fields: [...of.response.headers], request: of.message },
      {
        body: of.body,
        findKey: (keyid) => serviceKey(keys, keyid),
        now: clock.now(),
        streaming: of.isStream,
      },
    );
    return verified.ok ? verified.created : null;
  };
  return {
    keys,
    async call(call) {
      try {
        const signals = [deadline(timeoutMs), ...(call.signal ? [call.signal] : [])];
        const sent = await send(call, AbortSignal.any(signals));
        const { response } = sent;
        const body = await readBounded(response, mostAnswerBytes);
        if (body === undefined) return { ok: false, failure: 'too-large', status: response.status };
        // Whoever is not known to Argus gets an answer that nobody signed: it is no more than a hint.
        if ((await signedAt({ ...sent, body, isStream: false })) === null)
          return { ok: false, failure: 'unsigned', status: response.status, ...retryOf(response) };
        return answerOf(response, body);
      } catch {
        return { ok: false, failure: 'unreachable' };
      }
    },
    async open(call) {
      try {
        const sentAt = clock.now();
        const sent = await send(call, call.signal ?? new AbortController().signal);
        const { response, nonce } = sent;
        const isStream = response.status === 200 && response.body !== null;
        const opened = isStream ? await signedAt({ ...sent, body: new Uint8Array(), isStream }) : null;
        if (opened !== null && response.body)
          return { ok: true, body: response.body, nonce, sentAt, signedAt: opened };
        await response.body?.cancel();
        return { ok: false, failure: isStream ? 'unsigned' : 'refused', status: response.status };
      } catch {
        return { ok: false, failure: 'unreachable' };
      }
    },
  };
}

interface Answered {
  readonly response: Response;
  readonly message: RequestMessage;
  readonly body: Uint8Array;
  readonly isStream: boolean;
}

function signedRequest({ issuer, key, clock }: ArgusClientOptions, call: ArgusCall) {
  const targetUri = `${issuer}${call.path}`;
  const text = call.json === undefined ? call.text : JSON.stringify(call.json);
  const body = text === undefined ? undefined : Buffer.from(text);
  const nonce = newNonce();
  const fields: FieldLine[] = [
    ...(call.fields ?? []),
    ...(body ? [['content-type', 'application/json'] as const] : []),
  ];
  const request = { method: call.method, targetUri, fields, ...(body ? { body } : {}) };
  const added = signRequest(serviceSignatures, request, { key, now: clock.now(), nonce });
  const message: RequestMessage = {
    kind: 'request',
    method: call.method,
    targetUri,
    fields: [...fields, ...added],
  };
  return { message, body, nonce };
}

/** RFC 9110 §10.2.3, where it is a number of seconds. */
function retryOf({ headers }: Response): { readonly retryAfterSeconds?: number } {
  const retryAfter = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isInteger(retryAfter) && retryAfter >= 0 ? { retryAfterSeconds: retryAfter } : {};
}

function answerOf(response: Response, body: Uint8Array): ArgusAnswer {
  const { status } = response;
  if (status >= 400) return { ok: false, failure: 'refused', status, ...retryOf(response) };
  if (body.length === 0) return { ok: true, status, json: undefined };
  try {
    return { ok: true, status, json: JSON.parse(Buffer.from(body).toString('utf8')) };
  } catch {
    return { ok: false, failure: 'malformed', status };
  }
}

async function serviceKey(keys: JwksSource, keyid: string): Promise<SignatureKey | undefined> {
  const known = keys.find(keyid) ?? (await keys.load(keyid));
  return known?.algorithm === 'EdDSA'
    ? signatureKeyOf(known.key, { algorithm: 'ed25519', keyid })
    : undefined;
}
