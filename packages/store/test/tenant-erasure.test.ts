import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TenantId } from '@argus/contract';
import type { Change } from '@argus/core';
import { eraseTenantPiece, tenantById, tenantTables } from '@argus/store';
import { furnish } from './authenticator-stage.ts';
import { linkOf } from './change-cases.ts';
import { settle as settleFeed } from './service-stage.ts';
import { at, eventOf, holdings, home, idOf, mailOf, openStage, other, type Stage } from './stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage[Symbol.asyncDispose]());

let tenants = 0;
/** A tenant that holds something, and that is being erased. */
async function erasing(): Promise<TenantId> {
  tenants += 1;
  const tenant = `leaving-${tenants}` as TenantId; // a name like any other
  const settings = { hosts: [`${tenant}.example`], domains: [`${tenant}.example`] };
  const write = async (...changes: Change[]) => {
    for (const change of changes) {
      const written = await stage.store.commit({ tenant, changes: [change], events: [eventOf()] });
      assert.ok(written.isCommitted, change.kind);
    }
  };
  await write({ kind: 'create-tenant', id: tenant, at, settings });
  const person = await furnish(stage.store, tenant, tenants);
  await write(
    { kind: 'create-link', link: linkOf(person.user.id, tenants, tenant) },
    { kind: 'send-mail', mail: mailOf(person, 700 + tenants) },
  );
  await settleFeed(stage.store, tenant);
  await write(
    { kind: 'suspend-tenant', at: at + 1000 },
    { kind: 'end-sessions-of-tenant', limit: 1000, at: at + 2000, by: { actor: 'system' } },
    { kind: 'settle-tenant', at: at + 9000, suspendedBy: at + 9000 },
    { kind: 'begin-erasure' },
  );
  return tenant;
}

let epitaphs = 0;
const piece = (tenant: TenantId, limit: number) => {
  epitaphs += 1;
  const event = { ...eventOf(), id: idOf(9, epitaphs), type: 'tenant.erased' as const };
  return eraseTenantPiece(stage.store.pool, { tenant, limit, epitaph: { tenant: home, event } });
};

/** The tables that hold anything of a tenant. */
async function held(tenant: TenantId): Promise<string[]> {
  return Object.entries(await holdings(stage.store, tenant)).flatMap(([table, rows]) =>
    rows === '' ? [] : [table],
  );
}

describe('the list of what a tenant holds', () => {
  test('names every table of the schema that has a tenant', async () => {
    const { rows } = await stage.store.pool.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.columns
       WHERE table_schema = 'public' AND column_name = 'tenant_id' ORDER BY 1`,
    );
    assert.deepEqual(
      [...tenantTables].sort(),
      rows.map(({ name }) => name),
    );
  });

  test('names each before those that it points to', async () => {
    const { rows } = await stage.store.pool.query<{ from: string; to: string }>(
      `SELECT conrelid::regclass::text AS from, confrelid::regclass::text AS to FROM pg_constraint
       WHERE contype = 'f' AND conrelid <> confrelid AND confrelid <> 'tenants'::regclass`,
    );
    assert.ok(rows.length > 10);
    const places: readonly string[] = tenantTables;
    const place = (table: string) => places.indexOf(table);
    for (const { from, to } of rows) assert.ok(place(from) < place(to), `${from} points to ${to}`);
  });
});

describe('an erasure', () => {
  test('takes everything in pieces, the tenant last, and leaves one line in the tenant default', async () => {
    const tenant = await erasing();
    const before = await held(tenant);
    assert.ok(before.length > 20, `only ${before.join(' ')}`);
    let pieces = 1;
    while (!(await piece(tenant, 5))) pieces += 1;
    assert.ok(pieces > 5, 'it must have taken pieces');
    assert.deepEqual(await held(tenant), []);
    assert.equal(await tenantById(stage.store.pool, tenant), null);
    const { rows } = await stage.store.pool.query(
      "SELECT count(*) AS lines FROM audit_events WHERE tenant_id = 'default' AND type = 'tenant.erased'",
    );
    assert.deepEqual(rows, [{ lines: 1 }]);
  });

  test('leaves all that other tenants hold', async () => {
    await furnish(stage.store, other, 1);
    const before = await holdings(stage.store, other);
    const tenant = await erasing();
    while (!(await piece(tenant, 1000)));
    assert.deepEqual(await holdings(stage.store, other), before);
  });

  test('does nothing to a tenant that is not being erased, or that is not there', async () => {
    await furnish(stage.store, other, 2);
    const before = await holdings(stage.store);
    assert.equal(await piece(other, 1000), true);
    assert.equal(await piece('nobody' as TenantId, 1000), true);
    assert.deepEqual(await holdings(stage.store), before);
  });

  test('gives its id, hosts and domains free', async () => {
    const tenant = await erasing();
    const names = [`${tenant}.example`];
    while (!(await piece(tenant, 1000)));
    const again: Change = {
      kind: 'create-tenant',
      id: tenant,
      at,
      settings: { hosts: names, domains: names },
    };
    assert.ok((await stage.store.commit({ tenant, changes: [again], events: [] })).isCommitted);
  });
});

describe('the audit log', () => {
  const erase = async (named: string, sql: string, values: unknown[] = []) => {
    const client = await stage.store.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query("SELECT set_config('argus.erasing', $1, true)", [named]);
      await client.query(sql, values);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  };
  const refused = { code: '23001', message: /append-only/ };

  test('loses no line of a tenant that is not being erased, whatever a transaction says', async () => {
    await stage.store.commit({ tenant: other, changes: [], events: [eventOf()] });
    const sql = 'DELETE FROM audit_events WHERE tenant_id = $1';
    await assert.rejects(erase(other, sql, [other]), refused);
  });

  test('loses no line of another tenant with one that is being erased', async () => {
    const tenant = await erasing();
    await stage.store.commit({ tenant: other, changes: [], events: [eventOf()] });
    await assert.rejects(erase(tenant, 'DELETE FROM audit_events WHERE tenant_id = $1', [other]), refused);
    await assert.rejects(erase(tenant, "UPDATE audit_events SET reason = 'none'"), refused);
    await assert.rejects(erase(tenant, 'TRUNCATE audit_events'), refused);
    await erase(tenant, 'DELETE FROM audit_events WHERE tenant_id = $1', [tenant]);
  });
});
