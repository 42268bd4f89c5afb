import type { Query } from '../../functions/ports/documentStore/documentStore.js';

export interface CompositeIndex {
  collectionGroup: string;
  queryScope: 'COLLECTION';
  fields: { fieldPath: string; order?: 'ASCENDING' | 'DESCENDING'; arrayConfig?: 'CONTAINS' }[];
}

/**
 * The composite index that Firestore needs for a query (https://firebase.google.com/docs/firestore/query-data/index-overview):
 * fields of equality first, then a list's, then those that order; undefined where the indexes of single fields do, which is for
 * equality alone and for one field that is filtered by range and ordered by.
 */
export function requiredIndex({ collection, where = [], orderBy = [] }: Query): CompositeIndex | undefined {
  const equal = where.filter(({ op }) => op === '==' || op === 'in').map(({ field }) => field);
  const lists = where.filter(({ op }) => op.startsWith('array-contains')).map(({ field }) => field);
  const ordered = orderBy.map(({ field, direction }) => ({
    fieldPath: field,
    order: direction === 'asc' ? ('ASCENDING' as const) : ('DESCENDING' as const),
  }));
  const needsOne = ordered.length > 1 || (ordered.length > 0 && equal.length + lists.length > 0);
  if (!needsOne) return undefined;
  return {
    collectionGroup: collection.split('/').at(-1) ?? '',
    queryScope: 'COLLECTION',
    fields: [
      ...equal.map((fieldPath) => ({ fieldPath, order: 'ASCENDING' as const })),
      ...lists.map((fieldPath) => ({ fieldPath, arrayConfig: 'CONTAINS' as const })),
      ...ordered,
    ],
  };
}
