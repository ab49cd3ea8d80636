import type { TenantId, UserId } from '@argus/contract';
import type { EventDraft } from '@argus/core';
import { type PersonName, partNames, readPart, readProfile } from '@argus/store';
import { mayChange } from '../account/may-change.ts';
import type { Current } from '../flows/current-session.ts';
import type { Ender } from '../flows/end-sessions.ts';
import { slowDown } from '../flows/slow-down.ts';
import { isRefused, type Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import { type Services, stamp } from '../services.ts';

/** Everything that is kept of a person, as the pieces of one JSON document. */
export interface PersonDocument {
  readonly pieces: AsyncIterable<string>;
}

/** The signed-in person's own. It tells whoever reads it all about them, so it takes a fresh proof. */
export async function exportOwn(
  services: Services,
  current: Current,
  origin: CallOrigin,
): Promise<PersonDocument | Refused> {
  const { tenant, user, session } = current;
  const allowed = await mayChange(services, current, 'export-data');
  if (isRefused(allowed)) return allowed;
  const counted = { limit: 'personExport', whose: user.id } as const;
  const throttled = services.throttle.take([counted], services.clock.now());
  const about = { userId: user.id, sessionId: session.id };
  if (throttled) return slowDown(services, { tenant, origin, throttled, ...about });
  return exportPerson(services, { tenant, userId: user.id }, { actor: 'user', origin, ...about });
}

/** A user's, for an administrator. */
export function exportUser(
  services: Services,
  { tenant, actor, origin }: Ender,
  userId: UserId,
): Promise<PersonDocument | Refused> {
  return exportPerson(services, { tenant, userId }, { actor, origin, userId });
}

/** The log hears of it before the first byte goes out. */
async function exportPerson(
  services: Services,
  name: PersonName,
  by: Omit<EventDraft, 'type'>,
): Promise<PersonDocument | Refused> {
  const { store, clock } = services;
  const profile = await readProfile(store.pool, name);
  if (profile === null) return { refused: 'not_found' };
  const at = clock.now();
  await store.append(name.tenant, stamp(services, at, [{ type: 'user.exported', ...by }]));
  return { pieces: piecesOf(services, name, { profile, at }) };
}

async function* piecesOf(
  { store }: Services,
  name: PersonName,
  { profile, at }: { readonly profile: string; readonly at: number },
): AsyncGenerator<string> {
  const head: { format: string; exportedAt: string; tenant: TenantId } = {
    format: 'argus-person-1',
    exportedAt: new Date(at).toISOString(),
    tenant: name.tenant,
  };
  yield `${JSON.stringify(head).slice(0, -1)},\n"profile":${profile}`;
  for (const part of partNames) {
    let opening = `,\n"${part}":[`;
    for await (const items of readPart(store.pool, name, part)) {
      yield `${opening}\n${items.join(',\n')}`;
      opening = ',';
    }
    yield opening === ',' ? ']' : `${opening}]`;
  }
  yield '}\n';
}
