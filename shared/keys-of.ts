/** The keys of a constant record in their own type, at least one: `Object.keys` knows only `string[]`. */
export function keysOf<Key extends string>(
  record: Readonly<Record<Key, unknown>>,
): [Key, ...Key[]] {
  return Object.keys(record) as [Key, ...Key[]];
}
