import { paths } from '@trainyard/shared';
import type { DocumentStore } from '../ports/documentStore/documentStore.js';

/** Ids of published events that leave the outbox in one commit. */
interface Removal {
  ids: string[];
  isUnderWay: boolean;
  committed: Promise<void>;
}

/** Documents that are deleted in one commit. */
const MAX_TOGETHER = 400;

/** The newest removal of each store. */
const newest = new WeakMap<Pick<DocumentStore, 'optimistic'>, Removal>();

/**
 * Deletes events from the outbox; resolves once that is committed. What is asked for while the newest removal still waits for the
 * store goes with it: a store that makes one transaction after another commits less often the busier it is.
 */
export function takeOut(store: Pick<DocumentStore, 'optimistic'>, ids: readonly string[]): Promise<void> {
  const last = newest.get(store);
  if (last && !last.isUnderWay && last.ids.length + ids.length <= MAX_TOGETHER) {
    last.ids.push(...ids);
    return last.committed;
  }
  const removal: Removal = { ids: [...ids], isUnderWay: false, committed: Promise.resolve() };
  newest.set(store, removal);
  removal.committed = store.optimistic(async (tx) => {
    removal.isUnderWay = true;
    for (const id of removal.ids) tx.delete(paths.outboxEvent(id));
  });
  return removal.committed;
}
