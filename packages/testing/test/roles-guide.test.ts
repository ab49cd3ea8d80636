import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { administrativeRoles, type Permission, permissions } from '@argus/contract';
import { permissionsOf } from '@argus/core';

const guide = readFileSync(join(import.meta.dirname, '../../../docs/roles.md'), 'utf8');

test('the guide to roles says of each permission what it lets do and which roles carry it', () => {
  const head = `| permission | lets | ${administrativeRoles.map((role) => `\`${role}\``).join(' | ')} |`;
  const rows = Object.entries(permissions).map(([name, lets]) => {
    const carried = administrativeRoles.map(
      (role) => (permissionsOf([role]).has(name as Permission) ? 'yes' : '–'), // a key of the table
    );
    return `| \`${name}\` | ${lets.replace(/\.$/, '')} | ${carried.join(' | ')} |`;
  });
  const told = guide.split('\n').filter((line) => line.startsWith('| '));
  assert.deepEqual(told, [head, ...rows]);
});
