/** What of a document Firestore indexes by itself, and how often (https://firebase.google.com/docs/firestore/query-data/index-overview). */

export interface FieldOverride {
  collectionGroup: string;
  fieldPath: string;
  indexes: unknown[];
}

/** The most index entries that Firestore takes of one document. */
export const MAX_INDEX_ENTRIES = 40_000;

/** The fields of a collection group that have no index of their own; those below them have none either. */
export function exemptFields(
  overrides: readonly FieldOverride[],
  collectionGroup: string,
): ReadonlySet<string> {
  const own = overrides.filter((each) => each.collectionGroup === collectionGroup);
  return new Set(own.flatMap(({ fieldPath, indexes }) => (indexes.length === 0 ? fieldPath : [])));
}

/** The entries of a document in the indexes of single fields: two of a value, one of each distinct item of a list. */
export function indexEntries(data: Record<string, unknown>, exempt: ReadonlySet<string>): number {
  return Object.entries(data).reduce(
    (sum, [name, value]) => sum + (exempt.has(name) ? 0 : entriesOf(value)),
    0,
  );
}

function entriesOf(value: unknown): number {
  if (Array.isArray(value)) return new Set(value.map((item) => JSON.stringify(item))).size;
  if (typeof value !== 'object' || value === null) return 2;
  return Object.values(value).reduce<number>((sum, inner) => sum + entriesOf(inner), 0);
}
