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
  const peer = { keys, clock };
  return {
    keys,
    async call(call) {
      try {
        const signals = [deadline(timeoutMs), ...(call.signal ? [call.signal] : [])];
        const sent = await send(options, call, AbortSignal.any(signals));
        return await readAnswer(peer, sent);
      } catch {
        return { ok: false, failure: 'unreachable' };
      }
    },
    async open(call) {
      try {
        const sentAt = clock.now();
        const sent = await send(options, call, call.signal ?? new AbortController().signal);
        return await openStream(peer, sent, sentAt);
      } catch {
        return { ok: false, failure: 'unreachable' };
      }
    },
  };
}

/** A request, and what came back. */
interface Sent {
  readonly message: RequestMessage;
  readonly nonce: string;
  readonly response: Response;
}

async function send(options: ArgusClientOptions, call: ArgusCall, signal: AbortSignal): Promise<Sent> {
  const { message, nonce, body } = signedRequest(options, call);
  const response = await options.fetch(`${options.argusUrl}${call.path}`, {
    method: call.method,
    headers: message.fields.map(([name, value]): [string, string] => [name, value]),
    ...(body ? { body } : {}),
    redirect: 'error',
    signal,
  });
  return { message, nonce, response };
}

interface Peer {
  readonly keys: JwksSource;
  readonly clock: Clock;
}

async function readAnswer(peer: Peer, sent: Sent): Promise<ArgusAnswer> {
  const { response } = sent;
  const { status } = response;
  const body = await readBounded(response, mostAnswerBytes);
  if (body === undefined) return { ok: false, failure: 'too-large', status };
  // Whoever is not known to Argus gets an answer that nobody signed: it is no more than a hint.
  if ((await signedAt(peer, sent, { body, streaming: false })) === null)
    return { ok: false, failure: 'unsigned', status, ...retryOf(response) };
  return answerOf(response, body);
}

async function openStream(peer: Peer, sent: Sent, sentAt: Instant): Promise<ArgusStream> {
  const { response, nonce } = sent;
  const { status, body } = response;
  const isStream = status === 200 && body !== null;
  const opened = isStream ? await signedAt(peer, sent, { body: new Uint8Array(), streaming: true }) : null;
  if (opened !== null && body) return { ok: true, body, nonce, sentAt, signedAt: opened };
  await body?.cancel();
  return { ok: false, failure: isStream ? 'unsigned' : 'refused', status };
}

/** When Argus signed an answer to this very request; null: it did not. */
async function signedAt(
  { keys, clock }: Peer,
  { message, response }: Sent,
  content: { readonly body: Uint8Array; readonly streaming: boolean },
): Promise<number | null> {
  const verified = await verifyResponse(
    serviceSignatures,
    { kind: 'response', status: response.status, fields: [...response.headers], request: message },
    { ...content, findKey: (keyid) => serviceKey(keys, keyid), now: clock.now() },
  );
  return verified.ok ? verified.created : null;
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
