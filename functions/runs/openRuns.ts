import type { ControlPlane } from '../controlPlane.js';
import type { StoredDocument } from '../ports/documentStore/documentStore.js';
import { queries } from '../queries.js';

const PAGE = 200;

/** All runs that are not over, oldest first. The documents are not parsed: a broken one is its own run's affair. */
export async function openRuns(cp: Pick<ControlPlane, 'store'>): Promise<StoredDocument[]> {
  const found: StoredDocument[] = [];
  for (;;) {
    const last = found.at(-1);
    const page = await cp.store.query(queries.openRuns({ startAfter: last, limit: PAGE }));
    found.push(...page);
    if (page.length < PAGE) return found;
  }
}
