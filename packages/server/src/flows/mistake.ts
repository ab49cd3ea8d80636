import type { Mistake } from '@argus/core';
import type { Refused } from '../http/answer.ts';

/** The refusal that tells of mistakes; `place` is where the judged thing stands in the request. */
export function mistaken(mistakes: readonly Mistake[], place = 'body'): Refused {
  const errors = mistakes.slice(0, 20).map(({ path, message }) => ({
    path: [place, path]
      .filter((part) => part !== '')
      .join('.')
      .slice(0, 200),
    message: message.slice(0, 200),
  }));
  return { refused: 'invalid_request', errors };
}

/** Text that no database keeps and no log shows as it is. */
const control = /\p{Cc}/u;

/** The places of a value that hold such text. What is judged came through the contract: it is neither deep nor long. */
export function unprintable(value: unknown, path = ''): Mistake[] {
  if (typeof value === 'string')
    return control.test(value) ? [{ path, message: 'must not contain control characters' }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => {
    const place = path === '' ? key : `${path}.${key}`;
    return control.test(key)
      ? [{ path, message: 'must not contain control characters' }]
      : unprintable(part, place);
  });
}
