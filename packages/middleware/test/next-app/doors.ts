import { protect, type Requirement } from '@argus/middleware';
import { type NextProtection, nextProtection, type ProtectedHandler } from '@argus/middleware/next';
import type { ContractApp } from '../contract-routes.ts';

/** The test runs the built app in its own process, and this is where it leaves what the app is made of. */
const left = globalThis as { argusContract?: ContractApp };

export function contractApp(): ContractApp {
  if (left.argusContract === undefined) throw new Error('this app runs inside its test only');
  return left.argusContract;
}

// Next.js runs each file once while it builds, when there is no test.
export function doorOf(name: keyof ContractApp['options']): NextProtection {
  const options = left.argusContract?.options[name] ?? { issuer: 'https://build.example' };
  return nextProtection(protect(options), {
    basePath: '/site',
    onRefused: (refusal) => contractApp().onRefused(refusal),
  });
}

export function demandOf(name: keyof ContractApp['demands']): Requirement {
  return left.argusContract?.demands[name] ?? {};
}

export const me: ProtectedHandler<Request, unknown[]> = async (_request, principal) =>
  Response.json(await contractApp().me(principal));
