import { valueAt } from './paths.js';

/** The columns of a specification that say who, what and when, as far as it is written. */
export function dataRoles(spec: unknown) {
  return {
    user: idColumn(spec, 'query'),
    item: idColumn(spec, 'candidate'),
    time: textAt(spec, ['dataset', 'split', 'column']),
  };
}

function textAt(spec: unknown, path: readonly (string | number)[]): string | undefined {
  const value = valueAt(spec, path);
  return typeof value === 'string' ? value : undefined;
}

function idColumn(spec: unknown, tower: 'query' | 'candidate'): string | undefined {
  const features = valueAt(spec, ['features', tower]);
  const list: readonly unknown[] = Array.isArray(features) ? features : [];
  const id = list.find((feature) => valueAt(feature, ['id']) === true);
  return textAt(id, ['column']);
}
