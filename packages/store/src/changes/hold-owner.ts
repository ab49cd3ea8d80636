import type { Statement } from './write.ts';

/**
 * The user before anything of theirs that proves who they are, by a statement of its own: of two at once the second
 * sees what the first wrote, and none that holds a row waits for the user while the user's holder waits for the row.
 */
export const holdOwner = (userId: string): Statement => ({
  name: 'hold-owner',
  text: 'SELECT id FROM users WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE',
  values: [userId],
});
