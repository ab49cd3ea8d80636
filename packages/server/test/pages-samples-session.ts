import type { EndReason, ListedSession } from '@argus/contract';

/** Gives the next text for a free field. */
export type Texts = () => string;

const now = '2025-11-23T14:31:00.000Z';
const earlier = '2025-11-23T12:57:00.000Z';

/** A session whose every free text comes from `text`. */
export function sampleSession(text: Texts, ended?: EndReason): ListedSession {
  return {
    id: text(),
    current: false,
    state: ended ? 'ended' : 'active',
    device: {
      id: text(),
      name: text(),
      browser: text(),
      os: text(),
      type: 'mobile',
      firstSeenAt: earlier,
      lastSeenAt: now,
    },
    location: { ip: text() },
    createdAt: earlier,
    lastActiveAt: text(),
    amr: ['pwd'],
    acr: 'urn:argus:aal1',
    clients: ['argus', text()],
    bound: true,
    endedAt: ended ? earlier : null,
    endReason: ended ?? null,
    madeRoomFor: ended === 'session-limit' ? text() : null,
  };
}
