import { serviceSignatures } from '@argus/contract';
import { type FieldLine, type RequestMessage, type SignatureKey, signResponse } from '@argus/http-signatures';
import type { Answer } from '../http/answer.ts';
import type { Services } from '../services.ts';

/** The same answer as bytes, signed for exactly the request that it answers (RFC 9421 §2.4). */
export function signAnswer(services: Services, request: RequestMessage, answer: Answer): Answer {
  const text =
    answer.json === undefined
      ? answer.text
      : { type: 'application/json; charset=utf-8', body: JSON.stringify(answer.json) };
  const body = Buffer.from(text?.body ?? '');
  const { status } = answer;
  const fields: FieldLine[] = text ? [['content-type', text.type]] : [];
  const added = signResponse(
    serviceSignatures,
    { status, fields, request, ...(text ? { body } : {}) },
    signing(services),
  );
  const { json: _, ...rest } = answer;
  return {
    ...rest,
    ...(text ? { text: { ...text, body } } : {}),
    headers: { ...rest.headers, ...Object.fromEntries(added) },
  };
}

/** The head of an answer whose body is a stream. */
export function signOpening(
  services: Services,
  request: RequestMessage,
  contentType: string,
): Readonly<Record<string, string>> {
  const fields: FieldLine[] = [['content-type', contentType]];
  const added = signResponse(
    serviceSignatures,
    { status: 200, fields, request },
    { ...signing(services), streaming: true },
  );
  return { 'content-type': contentType, ...Object.fromEntries(added) };
}

function signing({ keys, clock }: Services): { readonly key: SignatureKey; readonly now: number } {
  const now = clock.now();
  return { key: keys.serviceKey(now), now };
}
