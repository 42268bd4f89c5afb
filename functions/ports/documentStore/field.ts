import type { DocumentData } from './documentStore.js';

/** The value of a field whose dots reach into maps; undefined where there is none. */
export function valueAt(data: DocumentData, field: string): unknown {
  return field
    .split('.')
    .reduce<unknown>(
      (inner, key) => (inner && typeof inner === 'object' ? (inner as DocumentData)[key] : undefined),
      data,
    );
}
