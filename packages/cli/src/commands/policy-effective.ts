import { endpoints } from '@argus/contract';
import { ask, Refused } from '../ask.ts';
import { Failure } from '../failure.ts';
import { peerOf, show, type TenantOptions } from '../options.ts';
import { effectiveLines } from '../policy-lines.ts';
import type { Terminal } from '../terminal.ts';
import { findUserId } from './find-user.ts';

export interface EffectiveOptions extends TenantOptions {
  readonly user?: string;
  readonly session?: string;
  readonly client?: string;
  readonly deviceClass?: string;
  readonly riskLevel?: string;
}

export async function showEffective(terminal: Terminal, options: EffectiveOptions): Promise<void> {
  const { tenant, session, client, deviceClass, riskLevel } = options;
  const peer = await peerOf(options);
  const user = await findUserId(peer, options);
  const query = { tenant, user, session, client, deviceClass, riskLevel };
  const found = await ask(peer, endpoints.adminShowEffectivePolicy, { query }).catch((error: unknown) => {
    if (!(error instanceof Refused) || error.problem.code !== 'not_found') throw error;
    throw new Failure(
      session === undefined
        ? `There is no tenant ${tenant}.`
        : `There is no session ${session} in the tenant ${tenant}.`,
    );
  });
  show(terminal, options, { value: found, lines: effectiveLines(found) });
}
