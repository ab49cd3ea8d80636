/** A path with what waits for the sign-in: the authorization request or where to go on, and the way that is shown. */
export function carrying(
  path: '/sign-in' | '/sign-up' | '/recover' | '/sign-in/next',
  waiting: Readonly<Record<string, string | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(waiting)) if (value !== undefined) query.set(name, value);
  return query.size === 0 ? path : `${path}?${query}`;
}
