import type { Change } from '@argus/core';
import { serviceKeyOf, serviceOf } from './service-stage.ts';
import type { Person } from './stage.ts';

type Cases = {
  readonly [Kind in Change['kind']]?: (person: Person, number: number) => Extract<Change, { kind: Kind }>;
};

/** A change of each kind that finds what it expects in a tenant that was furnished with this number. */
export const serviceCases = {
  'declare-service': ({ tenant }, number) => ({
    kind: 'declare-service',
    service: serviceOf(tenant, number, { name: 'another name', permissions: [] }),
  }),
  'set-service-status': ({ tenant }, number) => ({
    kind: 'set-service-status',
    serviceId: serviceOf(tenant, number).id,
    status: 'disabled',
  }),
  'remove-service': ({ tenant }, number) => ({
    kind: 'remove-service',
    serviceId: serviceOf(tenant, number).id,
  }),
  'add-service-key': ({ tenant }, number) => ({
    kind: 'add-service-key',
    key: { ...serviceKeyOf(tenant, 5000 + number), serviceId: serviceOf(tenant, number).id },
  }),
  'remove-service-key': ({ tenant }, number) => ({
    kind: 'remove-service-key',
    serviceId: serviceOf(tenant, number).id,
    keyId: serviceKeyOf(tenant, number).keyId,
  }),
} satisfies Cases;
