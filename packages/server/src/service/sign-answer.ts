import { serviceSignatures } from '@argus/contract';
import { type FieldLine, type RequestMessage, type SignatureKey, signResponse } from '@argus/http-signatures';
import type { Answer } from '../http/answer.ts';
import type { Services } from '../services.ts';

/** The same answer as bytes, signed for exactly the request that it answers (RFC 9421 §2.4). */
export async function signAnswer(
  services: Services,
  request: RequestMessage,
  answer: Answer,
): Promise<Answer> {
  const text =
    answer.json === undefined
      ? answer.text
      : { type: 'application/json; charset=utf-8', body: JSON.stringify(answer.json) };
  const body = Buffer.from(text?.body ?? '');
  const { status } = answer;
  const fields: FieldLine[] = text ? [['content-type', text.type]] : [];
  const added = await signResponse(
    serviceSignatures,
    { status, fields, request, ...(text ? { body } : {}) },
    await signing(services),
  );
  const { json: _, ...rest } = answer;
  return {
    ...rest,
    ...(text ? { text: { ...text, body } } : {}),
    headers: { ...rest.headers, ...Object.fromEntries(added) },
  };
}

/** The head of an answer whose body is a stream. */
export async function signOpening(
  services: Services,
  request: RequestMessage,
  contentType: string,
): Promise<Readonly<Record<string, string>>> {
  const fields: FieldLine[] = [['content-type', contentType]];
  const added = await signResponse(
    serviceSignatures,
    { status: 200, fields, request },
    { ...(await signing(services)), streaming: true },
  );
  return { 'content-type': contentType, ...Object.fromEntries(added) };
}

async function signing({
  keys,
  clock,
}: Services): Promise<{ readonly key: SignatureKey; readonly now: number }> {
  const now = clock.now();
  return { key: keys.serviceKey(now), now };
}
