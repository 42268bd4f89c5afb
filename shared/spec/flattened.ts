/** Values by their paths, as trackers of experiments log parameters: `training.optimizer.learningRate`. */
export type Flattened = Record<string, string | number | boolean | null>;

/** A list of plain values is one value, written as JSON; of a list of objects, each has its position in the path. Nothing empty is told of. */
export function flattened(value: unknown, path = ''): Flattened {
  const flat: Flattened = {};
  addTo(flat, value, path);
  return flat;
}

function addTo(flat: Flattened, value: unknown, path: string): void {
  if (value === undefined) return;
  if (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean'
  ) {
    flat[path] = value;
  } else if (Array.isArray(value) && value.every(isPlain)) {
    if (value.length > 0) flat[path] = JSON.stringify(value);
  } else {
    for (const [key, inner] of Object.entries(value))
      addTo(flat, inner, path === '' ? key : `${path}.${key}`);
  }
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}
