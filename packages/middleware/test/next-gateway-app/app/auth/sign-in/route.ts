import { contractApp } from '../../../session.ts';

export function GET(): Response {
  contractApp().reached();
  return new Response();
}

export { GET as POST };
