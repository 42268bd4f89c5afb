import type { ListenedQuery } from '@trainyard/shared/feed/queries';
import { collection, orderBy, query, where, type Firestore, type Query } from 'firebase/firestore';

/** What a topic listens to, as Firestore's SDK asks for it. */
export function webQuery(
  store: Firestore,
  { collection: path, where: filters = [], orderBy: order = [] }: ListenedQuery,
): Query {
  return query(
    collection(store, path),
    ...filters.map(({ field, op, value }) => where(field, op, value)),
    ...order.map(({ field, direction }) => orderBy(field, direction)),
  );
}
