import type { TestServer } from '@argus/testing/server';
import type { Reply } from '@argus/testing/user-agent';
import { type Operator, operatorOf } from './admin-stage.ts';

/** Somebody who administers the policy of a tenant at this machine. */
export interface PolicyDesk {
  readonly operator: Operator;
  show(): Promise<Reply>;
  /** `ifMatch`: null sends none. */
  set(document: object, how?: { readonly ifMatch?: string | null; readonly note?: string }): Promise<Reply>;
  restore(version: number, ifMatch?: string): Promise<Reply>;
  version(): Promise<number>;
}

export async function policyDesk(server: TestServer, tenant = 'default'): Promise<PolicyDesk> {
  const operator = await operatorOf(server);
  const call: Operator = (name, sending, where = tenant) => operator(name, sending, where);
  return {
    operator: call,
    show: () => call('adminShowPolicy'),
    set: (body, { ifMatch = '*', note } = {}) =>
      call('adminSetPolicy', {
        body,
        ...(ifMatch === null ? {} : { headers: { 'if-match': ifMatch } }),
        ...(note === undefined ? {} : { query: { note } }),
      }),
    restore: (version, ifMatch = '*') =>
      call('adminRestorePolicy', {
        params: { version: String(version) },
        headers: { 'if-match': ifMatch },
        body: {},
      }),
    version: async () => (await call('adminShowPolicy')).body.version,
  };
}

/** Where the mistakes of a refusal stand. */
export function placesOf({ body }: Reply): string[] {
  return (body.errors ?? []).map(({ path }: { path: string }) => path);
}
