import type { Change } from '@argus/core';
import { type ChangeCases, changeCases } from './change-cases.ts';
import { type Guard, numberOf } from './guard-cases.ts';
import { serviceKeyOf, serviceOf } from './service-stage.ts';
import { other, type Person } from './stage.ts';

const again =
  (kind: keyof ChangeCases) =>
  (person: Person): Change[] => [changeCases[kind](person, numberOf(person))];
const removeService = again('remove-service');
const ten = ({ tenant, ...person }: Person): Change[] =>
  Array.from({ length: 9 }, (_, place): Change => {
    const number = numberOf({ ...person, tenant });
    const key = {
      ...serviceKeyOf(tenant, 9000 + 10 * number + place),
      serviceId: serviceOf(tenant, number).id,
    };
    return { kind: 'add-service-key', key };
  });

/** What makes a change about services lose, in a tenant that was furnished with the person's number. */
export const serviceGuards: readonly Guard[] = [
  {
    what: 'another tenant has the id',
    kind: 'declare-service',
    but: () => ({ service: serviceOf(other, 1) }),
  },
  { what: 'there is no such service', kind: 'set-service-status', first: removeService },
  { what: 'there is no such service', kind: 'remove-service', first: removeService },
  { what: 'there is no such service', kind: 'add-service-key', first: removeService },
  { what: 'it has ten keys', kind: 'add-service-key', first: ten },
  {
    what: 'another tenant’s service has the key',
    kind: 'add-service-key',
    but: (person) => ({
      key: { ...serviceKeyOf(other, 1), serviceId: serviceOf(person.tenant, numberOf(person)).id },
    }),
  },
  { what: 'there is no such key', kind: 'remove-service-key', first: again('remove-service-key') },
  {
    what: 'it is another service’s key',
    kind: 'remove-service-key',
    but: () => ({ keyId: serviceKeyOf(other, 1).keyId }),
  },
];
