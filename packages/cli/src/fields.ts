/** One thing for people: a line for each field, its name first. Long lists go on below. */
export function fieldLines(fields: Readonly<Record<string, unknown>>): string[] {
  const shown = Object.entries(fields).filter(([, value]) => value !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length)) + 2;
  return shown.flatMap(([name, value]) =>
    texts(value).map((text, at) => `${(at === 0 ? name : '').padEnd(width)}${text}`),
  );
}

function texts(value: unknown): string[] {
  if (!Array.isArray(value)) return [textOf(value)];
  return value.length === 0 ? ['-'] : value.map(textOf);
}

function textOf(value: unknown): string {
  if (value === null || value === '') return '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
