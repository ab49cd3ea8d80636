import {
  type AuthenticationResponse,
  authenticationResponseSchema,
  type RegistrationResponse,
  registrationResponseSchema,
} from '@argus/contract';
import { fieldsOf, parseJson } from '../http/body.ts';
import type { Call } from '../http/route.ts';

/** What the script of a page put into its form after a passkey answered; null for anything else. */
export function authenticationIn(call: Call): AuthenticationResponse | null {
  const parsed = authenticationResponseSchema.safeParse(credentialOf(call));
  return parsed.success ? parsed.data : null;
}

/** The same after a passkey was made. */
export function registrationIn(call: Call): RegistrationResponse | null {
  const parsed = registrationResponseSchema.safeParse(credentialOf(call));
  return parsed.success ? parsed.data : null;
}

function credentialOf(call: Call): unknown {
  const parsed = parseJson(Buffer.from(fieldsOf(call).credential ?? ''));
  return 'value' in parsed ? parsed.value : undefined;
}
