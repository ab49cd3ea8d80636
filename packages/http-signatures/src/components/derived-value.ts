import type { RequestMessage } from '../message.ts';
import { refused } from '../rejection.ts';
import type { DerivedName } from './component.ts';
import type { ComponentValue } from './component-value.ts';
import { queryParam } from './query-param.ts';
import { readTargetUri } from './target-uri.ts';

/** RFC 9110 §9.1: a token, and its case matters. */
const methodForm = /^[a-zA-Z0-9!#$%&'*+.^_`|~-]+$/;
const visibleForm = /^[\x21-\x7e]+$/;

/** A derived component of a request. Source: RFC 9421 §2.2.1 to §2.2.8. */
export function requestValue(
  request: RequestMessage,
  name: Exclude<DerivedName, '@status'>,
  parameterName = '',
): ComponentValue {
  if (name === '@method') return valid(request.method, methodForm);
  const target = readTargetUri(request.targetUri);
  if (target === undefined) return refused('bad-value');
  switch (name) {
    case '@target-uri':
      return { ok: true, value: target.uri };
    case '@authority':
      return { ok: true, value: target.authority };
    case '@scheme':
      return { ok: true, value: target.scheme };
    case '@request-target':
      return valid(request.requestTarget ?? target.path + target.query, visibleForm);
    case '@path':
      return { ok: true, value: target.path };
    case '@query':
      // RFC 9421 §2.2.7: an absent query is an empty one.
      return { ok: true, value: target.query || '?' };
    case '@query-param':
      return queryValue(target.query, parameterName);
  }
}

/** RFC 9421 §2.2.8: a parameter that is there more than once must not be covered. */
function queryValue(query: string, name: string): ComponentValue {
  const param = queryParam(query, name);
  switch (param.found) {
    case 'one':
      return { ok: true, value: param.value };
    case 'none':
      return refused('absent-component');
    case 'several':
    case 'unreadable':
      return refused('bad-value');
  }
}

function valid(value: string, form: RegExp): ComponentValue {
  return form.test(value) ? { ok: true, value } : refused('bad-value');
}
