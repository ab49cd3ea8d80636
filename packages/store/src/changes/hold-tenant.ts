import type { Statement } from './write.ts';

/** Whoever holds a tenant writes alone what is counted or named in it. People's work does not wait: it holds no tenant. */
export const holdTenant: Statement = {
  name: 'hold-tenant',
  text: 'SELECT id FROM tenants WHERE id = $1 FOR NO KEY UPDATE',
  values: [],
};
