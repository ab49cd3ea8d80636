const pageSize = 100;

export interface PageWish {
  readonly limit: number;
  readonly cursor: string | undefined;
}

export interface Collected<T> {
  readonly items: readonly T[];
  /** Where the next page begins; null at the end of the list. */
  readonly nextCursor: string | null;
}

/** Follow a list's cursors until its end, or until `most` items are there. */
export async function collect<T>(
  most: number,
  next: (wish: PageWish) => Promise<Collected<T>>,
): Promise<Collected<T>> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Collected<T> = await next({
      limit: Math.min(pageSize, most - items.length),
      cursor: cursor ?? undefined,
    });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && items.length < most);
  return { items, nextCursor: cursor };
}
