import { signBase } from '../src/algorithms.ts';
import type { Message, RequestMessage, SignatureKey } from '../src/index.ts';
import { contentDigest, signMessage } from '../src/index.ts';
import { clientKey, nonceOf, nowSeconds, plainRequest, profile, requestBody } from './fixtures.ts';

export interface Written {
  /** The lines of the signature base but the last. */
  readonly lines: readonly string[];
  /** What stands after the label in Signature-Input. */
  readonly input: string;
  readonly key?: SignatureKey;
}

/** The message with a true signature over a base that is written by hand, whatever it says. */
export function forged<Kind extends Message>(
  message: Kind,
  { lines, input, key = clientKey }: Written,
): Kind {
  const base = Buffer.from([...lines, `"@signature-params": ${input}`].join('\n'), 'latin1');
  const signature = signBase(key, base).toString('base64');
  return {
    ...message,
    fields: [
      ...message.fields,
      ['Signature-Input', `${profile.label}=${input}`],
      ['Signature', `${profile.label}=:${signature}:`],
    ],
  };
}

export interface Change {
  readonly created?: number | undefined;
  readonly expires?: number;
  readonly nonce?: string;
  readonly tag?: string;
  readonly key?: SignatureKey;
  readonly digest?: string;
}

const components = ['@method', '@target-uri', 'content-digest', 'content-type', 'authorization'];

/** A request that its key really signed, with something said otherwise than the exchange would. */
export function signedOtherwise(change: Change): RequestMessage {
  const { method, targetUri, fields } = plainRequest;
  const { digest = contentDigest(requestBody), key = clientKey } = change;
  const message = {
    kind: 'request',
    method,
    targetUri,
    fields: [...fields, ['Content-Digest', digest] as const],
  } as const;
  const { created = nowSeconds, expires = nowSeconds + 60 } = change;
  const made = signMessage(message, {
    label: profile.label,
    components,
    key,
    ...('created' in change && change.created === undefined ? {} : { created }),
    expires,
    nonce: change.nonce ?? nonceOf('otherwise'),
    tag: change.tag ?? profile.requestTag,
  });
  return {
    ...message,
    fields: [...message.fields, ['Signature-Input', made.signatureInput], ['Signature', made.signature]],
  };
}
