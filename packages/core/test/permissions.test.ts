import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type AdministrativeRole,
  administrativeRoles,
  type Permission,
  permissionNames,
} from '@argus/contract';
import { lackingFor, permissionsOf, rolePermissions, rolesBeyond } from '@argus/core';

const reading = permissionNames.filter((each) => each.startsWith('read-'));

describe('what a role carries:', () => {
  const expected: Record<AdministrativeRole, readonly Permission[]> = {
    owner: permissionNames.filter((each) => each !== 'operate'),
    admin: permissionNames.filter((each) => each !== 'operate' && each !== 'own-tenant'),
    'security-analyst': [...reading, 'end-sessions', 'respond'],
    'help-desk': ['read-users', 'read-sessions', 'read-roles', 'end-sessions', 'start-recovery'],
    auditor: reading,
  };
  for (const role of administrativeRoles)
    test(role, () => assert.deepEqual(permissionsOf([role]), new Set(expected[role])));

  test('roles of applications carry nothing, and neither does one that looks like one of ours', () => {
    assert.equal(permissionsOf(['editor', 'Owner', 'admin ', 'toString', '__proto__', '']).size, 0);
  });

  test('several roles carry together what each carries', () => {
    const both = permissionsOf(['auditor', 'help-desk', 'editor']);
    assert.deepEqual(both, new Set([...rolePermissions.auditor, ...rolePermissions['help-desk']]));
  });

  test('what concerns the whole installation is in none', () => {
    assert.equal(permissionsOf(administrativeRoles).has('operate'), false);
  });
});

describe('out of reach', () => {
  const beyond: Record<AdministrativeRole, readonly AdministrativeRole[]> = {
    owner: [],
    admin: ['owner'],
    'security-analyst': ['owner', 'admin', 'help-desk'],
    'help-desk': ['owner', 'admin', 'security-analyst', 'auditor'],
    auditor: ['owner', 'admin', 'security-analyst', 'help-desk'],
  };
  for (const role of administrativeRoles)
    test(`for ${role} is who may do what they may not`, () => {
      assert.deepEqual(rolesBeyond(permissionsOf([role])), beyond[role]);
      for (const other of administrativeRoles) {
        const lacking = lackingFor(permissionsOf([role]), ['editor', other]);
        assert.equal(lacking !== undefined, beyond[role].includes(other), other);
        assert.ok(lacking === undefined || rolePermissions[other].includes(lacking));
      }
    });

  test('for nobody in particular is everybody who administers, and nobody else', () => {
    assert.deepEqual(rolesBeyond(permissionsOf([])), administrativeRoles);
    assert.equal(lackingFor(permissionsOf([]), ['editor']), undefined);
  });

  test('is nobody for the operator', () => assert.deepEqual(rolesBeyond(new Set(permissionNames)), []));
});
