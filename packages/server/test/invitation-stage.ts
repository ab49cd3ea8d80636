import { linkIn, mailsTo } from '@argus/testing/mailbox';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { withKey } from './stage.ts';

let addresses = 0;
export function newAddress(): string {
  addresses += 1;
  return `invited-${addresses}@example.org`;
}

export interface Asked {
  readonly email: string;
  readonly name?: string;
  readonly roles?: readonly string[];
  readonly groups?: readonly string[];
}

/** Invited by the operator: the id, and the secret that was mailed. */
export async function inviteByMail(
  server: TestServer,
  asked: Asked,
): Promise<{ readonly id: string; readonly token: string }> {
  const headers = await withKey(server);
  const { status, body } = await userAgent(server).call('adminInvite', { headers, body: asked });
  if (status !== 201) throw new Error(`the invitation answered ${status}: ${JSON.stringify(body)}`);
  return { id: body.id, token: await tokenTo(server, asked.email) };
}

/** Of the newest invitation in a mailbox. */
export async function tokenTo(server: TestServer, email: string): Promise<string> {
  const mail = (await mailsTo(server, email)).findLast(({ kind }) => kind === 'invitation');
  if (!mail) throw new Error(`nobody invited ${email}`);
  return linkIn(mail).searchParams.get('token') ?? '';
}
