import type { AppliedChange, ApplyDocument, TenantId } from '@argus/contract';
import type { Change, Client, EventDraft } from '@argus/core';
import { clientById } from '@argus/store';
import type { Services } from '../services.ts';
import type { ApplyOutcome } from './apply-outcome.ts';
import { warningsOf } from './client-warnings.ts';
import {
  changeEvent,
  clientEvent,
  commitForClient,
  creationEvent,
  differingFields,
  guardedChange,
} from './commit-client.ts';
import type { Ender } from './end-sessions.ts';
import { type DeclaredClient, settingsOf } from './judge-document.ts';
import { newClient, newSecret, usesSecret } from './new-client.ts';

type Declared = ApplyDocument['clients'][number];

/** Create a client, or change what differs. Whether it is disabled is no business of a document. */
export async function applyClient(services: Services, by: Ender, declared: Declared): Promise<ApplyOutcome> {
  const tenant = declared.tenant as TenantId; // the schema gave it the form of one
  const own = { ...by, tenant };
  const known = await clientById(services.store.pool, declared.id as Client['id']); // of the form that ids have
  if (!known) return createDeclared(services, own, settingsOf(declared));
  // Judged to be this tenant's; somebody was faster if it is not.
  return known.tenant === tenant ? changeDeclared(services, own, { known, ...settingsOf(declared) }) : 'lost';
}

async function createDeclared(
  services: Services,
  by: Ender,
  { id, settings, secret }: DeclaredClient,
): Promise<ApplyOutcome> {
  const at = services.clock.now();
  const created = newClient(services, at, { tenant: by.tenant, id, settings, secret, source: 'apply' });
  const isWritten = await commitForClient(services, by, {
    at,
    changes: [{ kind: 'create-client', client: created.client }],
    events: [creationEvent(by, created.client)],
  });
  if (!isWritten) return 'lost';
  const made = created.secret === null ? {} : { secret: created.secret };
  return { kind: 'create', what: 'client', name: id, ...made, ...warned(created.client) };
}

async function changeDeclared(
  services: Services,
  by: Ender,
  { known, settings, secret }: DeclaredClient & { readonly known: Client },
): Promise<ApplyOutcome> {
  const at = services.clock.now();
  const fields = differingFields(known.settings, settings);
  const next = nextSecret(services, { known, settings, secret });
  if (fields.length === 0 && !next) return null;
  const changes: Change[] = [guardedChange(known, settings, at)];
  const events: EventDraft[] = [];
  if (fields.length > 0) events.push(changeEvent(by, { ...known, settings }, fields));
  if (next) {
    changes.push({ kind: 'set-client-secret', clientId: known.id, secretHash: next.hash, at });
    events.push(clientEvent(by, 'client.secret-changed', known.id));
  }
  if (!(await commitForClient(services, by, { at, changes, events }))) return 'lost';
  return {
    kind: 'change',
    what: 'client',
    name: known.id,
    fields: next ? [...fields, 'secret'] : fields,
    ...(next?.made === undefined ? {} : { secret: next.made }),
    ...warned({ ...known, settings }),
  };
}

interface NextSecret {
  readonly hash: Uint8Array | null;
  /** When it was made here. */
  readonly made?: string;
}

/** Another secret than the one that stands; undefined when that one is right. */
function nextSecret(
  { secrets, random }: Services,
  { known, settings, secret }: Omit<DeclaredClient, 'id'> & { readonly known: Client },
): NextSecret | undefined {
  const { secretHash } = known;
  if (secret !== undefined) {
    const hash = secrets.clientSecretHash(secret);
    return secretHash && Buffer.compare(secretHash, hash) === 0 ? undefined : { hash };
  }
  if (!usesSecret(settings)) return secretHash === null ? undefined : { hash: null };
  if (secretHash !== null) return undefined;
  const made = newSecret(random);
  return { hash: secrets.clientSecretHash(made), made };
}

function warned(client: Pick<Client, 'settings' | 'source'>): Pick<AppliedChange, 'warnings'> {
  const warnings = warningsOf(client);
  return warnings.length === 0 ? {} : { warnings };
}
