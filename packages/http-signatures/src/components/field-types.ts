/** What kind of structured field a field is; `sf` can only be obeyed where that is known (RFC 9421 §2.1.1). */
export type FieldType = 'item' | 'list' | 'dictionary';

/** Lower-case names of fields and what they are, beside those that are known already. */
export type FieldTypes = Readonly<Record<string, FieldType>>;

/** Fields that their RFC defines as structured ones. */
const knownTypes: ReadonlyMap<string, FieldType> = new Map<string, FieldType>([
  ['accept-signature', 'dictionary'],
  ['cache-status', 'list'],
  ['cdn-cache-control', 'dictionary'],
  ['client-cert', 'item'],
  ['client-cert-chain', 'list'],
  ['content-digest', 'dictionary'],
  ['deprecation', 'item'],
  ['priority', 'dictionary'],
  ['proxy-status', 'list'],
  ['repr-digest', 'dictionary'],
  ['signature', 'dictionary'],
  ['signature-input', 'dictionary'],
  ['want-content-digest', 'dictionary'],
  ['want-repr-digest', 'dictionary'],
]);

export function fieldTypeOf(name: string, own: FieldTypes = {}): FieldType | undefined {
  return Object.hasOwn(own, name) ? own[name] : knownTypes.get(name);
}
