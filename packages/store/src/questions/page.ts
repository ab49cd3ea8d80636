/** A page of a list and where the next one begins. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface PageRequest {
  /** 1 to 100. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Ask for one more than the page holds: the extra row says that there is a next page. */
export function pageOf<Row, T>(
  rows: readonly Row[],
  limit: number,
  of: { item(row: Row): T; cursor(row: Row): string },
): Page<T> {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    items: rows.slice(0, limit).map(of.item),
    nextCursor: last === undefined ? null : of.cursor(last),
  };
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A cursor that is an id; anything else begins at the start. */
export function idCursor(cursor: string | undefined): string | null {
  return cursor !== undefined && uuid.test(cursor) ? cursor : null;
}

/** The last instant that PostgreSQL reads in the form in which it is sent (RFC 3339 has four digits for the year). */
const lastInstant = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A cursor of an instant and an id, `<ms>.<id>`; anything else begins at the start. */
export function timeCursor(cursor: string | undefined): { readonly at: number; readonly id: string } | null {
  const [at, id] = (cursor ?? '').split('.', 2);
  const ms = Number(at);
  const isInstant = Number.isSafeInteger(ms) && ms >= 0 && ms <= lastInstant;
  return id !== undefined && uuid.test(id) && isInstant ? { at: ms, id } : null;
}

/** A cursor that is the id of a client or provider; anything else begins at the start. */
export function nameCursor(cursor: string | undefined): string | null {
  return cursor !== undefined && /^[A-Za-z0-9._~-]{1,128}$/.test(cursor) ? cursor : null;
}

/** A cursor that is a whole number; anything else begins at the start. */
export function numberCursor(cursor: string | undefined): number | null {
  return cursor !== undefined && /^\d{1,15}$/.test(cursor) ? Number(cursor) : null;
}
