/** The parameters of an OAuth request: some may come more than once, most must not (RFC 6749 §3.1, §3.2). */
export interface Parameters {
  /** The value of a parameter that came once; an empty one counts as absent (RFC 6749 §3.1). */
  one(name: string): string | undefined;
  /** All values, empty ones left out; only `resource` and `audience` may have several (RFC 8707 §2, RFC 8693 §2.1). */
  all(name: string): readonly string[];
  /** Names that came more than once. */
  readonly repeated: readonly string[];
  readonly names: readonly string[];
}

/** More of them is no request that anybody means. */
const most = 100;

/** From a query string or a form body; null when it cannot be read or holds too much. */
export function readParameters(text: string): Parameters | null {
  if (!isDecodable(text)) return null;
  const values = new Map<string, string[]>();
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    count += 1;
    if (count > most) return null;
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  return parametersOf(values);
}

/** The same over values that are known already, such as those of a pushed request. */
export function parametersOf(values: ReadonlyMap<string, readonly string[]>): Parameters {
  const said = (name: string) => (values.get(name) ?? []).filter((value) => value !== '');
  return {
    one: (name) => {
      const all = values.get(name);
      return all?.length === 1 && all[0] !== '' ? all[0] : undefined;
    },
    all: said,
    repeated: [...values].filter(([, all]) => all.length > 1).map(([name]) => name),
    names: [...values.keys()],
  };
}

/** Parameters as plain values, for keeping. */
export function plainParameters({ names, all }: Parameters): Record<string, readonly string[]> {
  return Object.fromEntries(names.map((name) => [name, all(name)]));
}

/** A broken percent sequence, or bytes that are not UTF-8, would be repaired silently by the parser. */
function isDecodable(text: string): boolean {
  try {
    return !decodeURIComponent(text.replaceAll('+', ' ')).includes('\0');
  } catch {
    return false;
  }
}
