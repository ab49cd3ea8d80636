import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Endpoint, endpoints } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import type { Route } from '../src/http/route.ts';
import { operationsRoutes } from '../src/routes/operations.ts';
import { type Person, someone } from './stage.ts';

export type EndpointName = keyof typeof endpoints;

/** Every route of the server, found where routes are written, so that a new one cannot be forgotten. */
export async function allRoutes(): Promise<readonly Route[]> {
  const folder = join(import.meta.dirname, '../src/routes');
  const found: Route[] = [...operationsRoutes({ state: 'ok' })];
  for (const file of readdirSync(folder)) {
    const module: Record<string, unknown> = await import(join(folder, file));
    for (const exported of Object.values(module)) if (isRoutes(exported)) found.push(...exported);
  }
  return found;
}

function isRoutes(exported: unknown): exported is readonly Route[] {
  return Array.isArray(exported) && exported.every((each) => typeof each === 'object' && 'handle' in each);
}

/** A request that would succeed. */
export interface Sample {
  readonly method: Endpoint['method'];
  readonly path: string;
  readonly body?: unknown;
}

interface Subject {
  readonly person: Person;
  /** Whom an administrator acts on. */
  readonly target: Person;
}

const uuid = '01990000-0000-7000-8000-00000000beef';
const newPassword = 'an entirely different sentence';
const bodies: { readonly [Name in EndpointName]?: (subject: Subject) => unknown } = {
  signUp: () => ({ email: 'new@example.org', password: newPassword }),
  signIn: ({ person }) => ({ identifier: person.email, password: 'correct horse battery staple' }),
  useLink: () => ({ token: 'no such link', password: newPassword }),
  refreshSession: () => ({}),
  changePassword: () => ({ currentPassword: 'correct horse battery staple', newPassword }),
  adminCreateUser: () => ({ email: 'invited@example.org' }),
  adminChangeUser: () => ({ roles: ['editor'] }),
  adminApply: () => ({ tenants: [{ id: 'third' }] }),
};

/** A request to each endpoint of the contract that its schemas let through. */
export function sampleOf(name: EndpointName, { person, target }: Subject): Sample {
  const { method, path } = endpoints[name];
  const id =
    name === 'adminChangeUser' ? target.userId : name === 'adminEndSession' ? target.sessionId : uuid;
  const body = bodies[name]?.({ person, target });
  const filled = path.replace('{id}', name === 'endOneSession' ? person.sessionId : id);
  return { method, path: filled, ...(body === undefined ? {} : { body }) };
}

export async function subjectOf(server: TestServer): Promise<Subject> {
  return { person: await someone(server), target: await someone(server) };
}
