/** A list as JSON, which has no infinite numbers and would say null, as of a missing value: they are the texts "Infinity" and "-Infinity". */
export function listJson(list: object): string {
  return JSON.stringify(list, (_key, value: unknown) =>
    value === Infinity || value === -Infinity ? String(value) : value,
  );
}
