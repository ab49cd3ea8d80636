/** What a middleware tells Argus about the requests of sessions, and within which bounds. */

/** Requests that Argus counts by what they may do; anything else is `OTHER`. */
export const activityMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'OTHER'] as const;
export type ActivityMethod = (typeof activityMethods)[number];

export const statusClasses = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;
export type StatusClass = (typeof statusClasses)[number];

/**
 * How finely a batch tells: each session by route class, method and status class, or each session as a whole, as a
 * middleware does that holds more than it can send.
 */
export const activityDetails = ['route', 'session'] as const;
export type ActivityDetail = (typeof activityDetails)[number];

/** Both sides keep to these. */
export const activityBounds = {
  /** Entries of one batch. */
  entries: 256,
  /** From the first to the last event of one batch. */
  windowMs: 5_000,
  /** Different sensitive actions in one entry. */
  actions: 8,
  /** What one entry may count; more than a process does in a window. */
  requests: 10_000_000,
  bytesOut: 10_000_000_000_000,
  records: 10_000_000_000,
  /** One in so many sessions, at most, is told of under pressure. */
  sampling: 64,
  /** What was lost, in all the time since the last batch that arrived. */
  lost: 1_000_000_000_000,
  /** A batch older than this is not taken any more: by then nobody remembers whether it was taken before. */
  ageMs: 30 * 60_000,
  /** Clocks differ. */
  aheadMs: 60_000,
} as const;

/** `GET /notes/:id` of a router, or a name that the application gives: never the path of one request. */
export const routeClassForm = /^[A-Za-z0-9_.~:*{}[\]()+$@/-]{1,100}$/;
/** `notes.exported`. */
export const actionNameForm = /^[a-z][a-z0-9._:-]{0,63}$/;
/** What has no name of this form counts under this one. */
export const otherName = 'other';
