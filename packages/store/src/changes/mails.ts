import type { Change } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import type { GuardedWrite, Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

/** Mails of one kind that wait for one user, and those that concern no user: what is more floods somebody. */
const mostOfUser = 5;
const mostOfNobody = 1_000;

// Commits at one moment do not see each other's mail, so a few more may slip through; nobody is made to wait for it.
export const sendMail: GuardedWrite<Of<'send-mail'>> = ({ mail }) => {
  const [name, whose, most] =
    mail.userId === null
      ? (['send-mail-to-nobody', 'user_id IS NULL', mostOfNobody] as const)
      : (['send-mail', 'user_id = $3', mostOfUser] as const);
  return {
    name,
    text: `INSERT INTO mails (tenant_id, id, user_id, kind, sealed, created_at, due_at)
      SELECT $1, $2::uuid, $3::uuid, $4::text, $5::bytea, $6::timestamptz, $6::timestamptz
      WHERE $7 > (SELECT count(*) FROM (
        SELECT FROM mails WHERE tenant_id = $1 AND ${whose} AND kind = $4 LIMIT $7) waiting)
        AND ($3::uuid IS NULL OR EXISTS (SELECT FROM users WHERE tenant_id = $1 AND id = $3))
      RETURNING id`,
    values: [mail.id, mail.userId, mail.kind, mail.sealed, timestamp(mail.createdAt), most],
    expects: 0,
  };
};

export const settleMail: Write<Of<'settle-mail'>> = ({ id, attempts, dueAt }) =>
  dueAt === null
    ? {
        name: 'finish-mail',
        text: 'DELETE FROM mails WHERE tenant_id = $1 AND id = $2 AND attempts = $3',
        values: [id, attempts],
        expects: 1,
      }
    : {
        name: 'put-off-mail',
        text: 'UPDATE mails SET due_at = $4 WHERE tenant_id = $1 AND id = $2 AND attempts = $3',
        values: [id, attempts, timestamp(dueAt)],
        expects: 1,
      };
