import type { ControlPlane } from '../controlPlane.js';
import type { StoredDocument } from '../ports/documentStore/documentStore.js';
import { queries, type Page } from '../queries.js';

const PAGE = 200;

/** All runs that are not over, oldest first. The documents are not parsed: a broken one is its own run's affair. */
export function openRuns(cp: Pick<ControlPlane, 'store'>): Promise<StoredDocument[]> {
  return allPages(cp, queries.openRuns);
}

/** All runs, open or over, that have jobs which nobody wants any more. */
export function stoppingRuns(cp: Pick<ControlPlane, 'store'>): Promise<StoredDocument[]> {
  return allPages(cp, queries.stoppingRuns);
}

async function allPages(
  { store }: Pick<ControlPlane, 'store'>,
  query: (page: Page) => Parameters<ControlPlane['store']['query']>[0],
): Promise<StoredDocument[]> {
  const found: StoredDocument[] = [];
  for (;;) {
    const page = await store.query(query({ startAfter: found.at(-1), limit: PAGE }));
    found.push(...page);
    if (page.length < PAGE) return found;
  }
}
