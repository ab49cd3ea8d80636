import { endpoints } from '@argus/contract';
import { ask, Refused } from '../ask.ts';
import { Failure } from '../failure.ts';
import { peerOf, show, type TenantOptions } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import { findUser } from './find-user.ts';

export interface EraseOptions extends TenantOptions {
  readonly yes?: boolean;
}

/** Erase a user for good; whoever does not say `--yes` is told what it would do. */
export async function eraseUser(terminal: Terminal, email: string, options: EraseOptions): Promise<void> {
  const { tenant } = options;
  const peer = await peerOf(options);
  const { id } = await findUser(peer, { tenant, email });
  if (!options.yes)
    throw new Failure(`This erases ${email} in the tenant ${tenant} for good. Say --yes if you mean it.`, {
      exitCode: 2,
    });
  const question = { params: { id }, query: { tenant }, body: { confirm: email } };
  const value = await ask(peer, endpoints.adminEraseUser, question).catch((error: unknown) => {
    if (error instanceof Refused && error.problem.code === 'conflict')
      throw new Failure(`${email} is being erased already.`);
    throw error;
  });
  show(terminal, options, {
    value,
    lines: [`${email} is signed out everywhere and is being erased, beginning within the hour.`],
  });
}
