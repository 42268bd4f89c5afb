/**
 * The pages of summaries as they are read: each is decoded once and kept until it changes. What has changed is told by the heads of the
 * pages, so that bodies, some 70 KB each, are read only then.
 */
import { inParallel, paths } from '@trainyard/shared';
import type { DocumentStore, StoredDocument } from '../../ports/documentStore/documentStore.js';
import { queries } from '../../queries.js';
import {
  HEAD_FIELDS,
  LAYOUT,
  openPage,
  pageDocumentSchema,
  pageHeadSchema,
  type OpenPage,
  type PageDocument,
  type PageHead,
} from './page.js';
import type { SummaryRow } from './summary.js';

/** Texts of so many characters are kept decoded, of about 2 KB a run: those of some 30,000 runs, in about 150 MB. */
const MOST_KEPT = 64 * 1024 * 1024;
/** More pages than these are read by one query. */
const MOST_SINGLE_READS = 16;

export interface KnownPage {
  lookedUpTo: number;
  rows: readonly SummaryRow[];
}

interface Kept extends OpenPage {
  digest: string;
  /** The reading that needed it last. */
  usedBy: number;
}

class PageCache {
  private readonly kept = new Map<string, Kept>();
  private size = 0;
  private readings = 0;

  begin(): number {
    return ++this.readings;
  }

  find(key: string, digest: string, reading: number): OpenPage | undefined {
    const known = this.kept.get(key);
    if (known?.digest !== digest) return undefined;
    known.usedBy = reading;
    return known;
  }

  /** A model with more pages than are kept would drop each of them before it needs it again: what this reading needs stays. */
  keep(key: string, digest: string, page: OpenPage, reading: number): void {
    this.drop(key);
    for (const [other, { usedBy }] of this.kept) {
      if (this.size + page.size <= MOST_KEPT) break;
      if (usedBy < reading) this.drop(other);
    }
    if (this.size + page.size > MOST_KEPT) return;
    this.kept.set(key, { ...page, digest, usedBy: reading });
    this.size += page.size;
  }

  private drop(key: string): void {
    this.size -= this.kept.get(key)?.size ?? 0;
    this.kept.delete(key);
  }
}

const caches = new WeakMap<DocumentStore, PageCache>();

function cacheOf(store: DocumentStore): PageCache {
  const cache = caches.get(store) ?? new PageCache();
  caches.set(store, cache);
  return cache;
}

/** All pages of a model by their numbers; those of another layout are not there. */
export async function readPages(store: DocumentStore, modelId: string): Promise<Map<number, KnownPage>> {
  const documents = await store.query(queries.summaryHeads(modelId, HEAD_FIELDS));
  const heads = documents.filter(isOfLayout).map(({ data }) => pageHeadSchema.parse(data));
  return opened(store, modelId, heads);
}

/** Some pages of a model by their numbers. */
export async function readSomePages(
  store: DocumentStore,
  modelId: string,
  pages: readonly number[],
): Promise<Map<number, KnownPage>> {
  const documents = await documentsOf(store, modelId, pages);
  return opened(store, modelId, documents, documents);
}

async function opened(
  store: DocumentStore,
  modelId: string,
  heads: readonly PageHead[],
  documents?: readonly PageDocument[],
): Promise<Map<number, KnownPage>> {
  const cache = cacheOf(store);
  const reading = cache.begin();
  const keyOf = (page: number) => `${modelId} ${page}`;
  const known = new Map<number, KnownPage>();
  const changed: PageHead[] = [];
  for (const head of heads) {
    const page = cache.find(keyOf(head.page), head.digest, reading);
    if (page) known.set(head.page, { lookedUpTo: head.lookedUpTo, rows: page.rows });
    else changed.push(head);
  }
  const bodies =
    documents ??
    (await documentsOf(
      store,
      modelId,
      changed.map(({ page }) => page),
    ));
  for (const document of bodies) {
    if (known.has(document.page)) continue;
    const page = openPage(document);
    cache.keep(keyOf(document.page), document.digest, page, reading);
    known.set(document.page, { lookedUpTo: document.lookedUpTo, rows: page.rows });
  }
  return known;
}

/** As they are now: a page may have changed since its head was read. */
async function documentsOf(
  store: DocumentStore,
  modelId: string,
  pages: readonly number[],
): Promise<PageDocument[]> {
  const found: StoredDocument[] = [];
  if (pages.length > MOST_SINGLE_READS) {
    const wanted = new Set(pages.map((page) => paths.summaryPage(modelId, page)));
    found.push(...(await store.query(queries.summaryPages(modelId))).filter(({ path }) => wanted.has(path)));
  } else {
    await inParallel(pages, MOST_SINGLE_READS, async (page) => {
      const document = await store.get(paths.summaryPage(modelId, page));
      if (document) found.push(document);
    });
  }
  return found.filter(isOfLayout).map(({ data }) => pageDocumentSchema.parse(data));
}

export function isOfLayout({ data }: StoredDocument): boolean {
  return data['schemaVersion'] === LAYOUT;
}
