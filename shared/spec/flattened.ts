/** Values by their paths, as trackers of experiments log parameters: `training.optimizer.learningRate`. */
export type Flattened = Record<string, string | number | boolean | null>;

/** A list of plain values is one value, written as JSON; of a list of objects, each has its position in the path. Nothing empty is told of. */
export function flattened(value: unknown, path = ''): Flattened {
  if (value === undefined) return {};
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return { [path]: value };
  const isPlain = (inner: unknown) => typeof inner !== 'object' || inner === null;
  if (Array.isArray(value) && value.every(isPlain))
    return value.length === 0 ? {} : { [path]: JSON.stringify(value) };
  const entries = Object.entries(value).map(([key, inner]) =>
    flattened(inner, path === '' ? key : `${path}.${key}`),
  );
  return Object.assign({}, ...entries) as Flattened;
}
