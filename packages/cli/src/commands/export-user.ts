import { endpoints } from '@argus/contract';
import { peerOf, show, type TenantOptions } from '../options.ts';
import { save } from '../save.ts';
import type { Terminal } from '../terminal.ts';
import { findUser } from './find-user.ts';

export interface ExportOptions extends TenantOptions {
  readonly to: string;
}

/** Everything that is kept of a user, in a file that only its owner reads. */
export async function exportUser(terminal: Terminal, email: string, options: ExportOptions): Promise<void> {
  const { tenant, to: file } = options;
  const peer = await peerOf(options);
  const { id } = await findUser(peer, { tenant, email });
  const bytes = await save(
    peer,
    { endpoint: endpoints.adminExportUser, params: { id }, query: { tenant } },
    file,
  );
  show(terminal, options, {
    value: { file, bytes },
    lines: [`Wrote ${bytes} bytes of ${email} to ${file}.`],
  });
}
