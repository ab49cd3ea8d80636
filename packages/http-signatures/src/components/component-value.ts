import type { Message, RequestMessage, ResponseMessage } from '../message.ts';
import { type Refused, refused } from '../rejection.ts';
import { type Component, isDerivedName } from './component.ts';
import { requestValue } from './derived-value.ts';
import type { FieldTypes } from './field-types.ts';
import { fieldValue } from './field-value.ts';

/** The value of a component in a message, or why it has none. */
export type ComponentValue =
  | { readonly ok: true; readonly value: string }
  | Refused<'absent-component' | 'bad-component' | 'bad-value'>;

/** Source: RFC 9421 §2.1 to §2.4. */
export function componentValue(
  message: Message,
  component: Component,
  fieldTypes: FieldTypes = {},
): ComponentValue {
  if (!component.parameters.req) return ownValue(message, component, fieldTypes);
  // RFC 9421 §2.4: a request answers nothing, so nothing can be taken from what it answers.
  if (message.kind === 'request') return refused('bad-component');
  return message.request === undefined
    ? refused('absent-component')
    : ownValue(message.request, component, fieldTypes);
}

function ownValue(message: Message, component: Component, fieldTypes: FieldTypes): ComponentValue {
  const { name, parameters } = component;
  if (!isDerivedName(name)) {
    const fields = parameters.tr ? (message.trailers ?? []) : message.fields;
    return fieldValue(fields, component, fieldTypes);
  }
  if (name === '@status') return statusValue(message);
  return message.kind === 'request' ? requestValue(message, name, parameters.name) : refused('bad-component');
}

/** RFC 9421 §2.2.9. */
function statusValue(message: RequestMessage | ResponseMessage): ComponentValue {
  if (message.kind === 'request') return refused('bad-component');
  const { status } = message;
  const isStatus = Number.isInteger(status) && status >= 100 && status <= 999;
  return isStatus ? { ok: true, value: String(status) } : refused('bad-value');
}
