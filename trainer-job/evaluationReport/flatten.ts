/** A document as lines: the path to each value, with dots, and the value as text. Empty lists and objects are values. */
export function flattened(value: unknown, path = ''): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  if (entries.length === 0) return [[path, Array.isArray(value) ? '[]' : '{}']];
  // A list of plain values reads best as a list.
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object' || one === null))
    return [[path, value.map(String).join(', ')]];
  return entries.flatMap(([key, one]) => flattened(one, path === '' ? key : `${path}.${key}`));
}
