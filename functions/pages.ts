import type { DocumentStore, Query, StoredDocument } from './ports/documentStore/documentStore.js';
import type { Page } from './queries.js';

/** What a query finds, page by page, each asked for once the one before was dealt with: what is changed or deleted meanwhile is in nobody's way. */
export async function* pages(
  store: Pick<DocumentStore, 'query'>,
  query: (page: Page) => Query,
  limit: number,
): AsyncGenerator<StoredDocument[], void> {
  for (let startAfter: StoredDocument | undefined; ;) {
    const page = await store.query(query({ startAfter, limit }));
    yield page;
    startAfter = page.at(-1);
    if (page.length < limit) return;
  }
}
