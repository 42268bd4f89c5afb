/** Reads of run documents, each parsed by the schema it was written with. */
import {
  epochSchema,
  paths,
  runEventRecordSchema,
  runSchema,
  stageSchema,
  STAGES,
  type Epoch,
  type Run,
  type RunEventRecord,
  type Stage,
} from '@trainyard/shared';
import type {
  DocumentReader,
  DocumentStore,
  Query,
  StoredDocument,
} from '../ports/documentStore/documentStore.js';
import { queries, type Page } from '../queries.js';

export { runViewOf as viewOf } from '@trainyard/shared/feed/views';

export function parseRun(document: StoredDocument): Run {
  return runSchema.parse(document.data);
}

export async function readRun(from: DocumentReader, runId: string): Promise<Run | undefined> {
  const document = await from.get(paths.run(runId));
  return document && parseRun(document);
}

export async function listEpochs(store: DocumentStore, runId: string): Promise<Epoch[]> {
  const rows = await store.query(queries.epochs(runId));
  return rows.map(({ data }) => epochSchema.parse(data));
}

/** In the order of the stages. */
export async function listStages(store: DocumentStore, runId: string): Promise<Stage[]> {
  const rows = await store.query(queries.stages(runId));
  const stages = rows.map(({ data }) => stageSchema.parse(data));
  return stages.toSorted((a, b) => STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage));
}

export async function listEvents(store: DocumentStore, runId: string): Promise<RunEventRecord[]> {
  const rows = await store.query(queries.events(runId));
  return rows.map(({ data }) => runEventRecordSchema.parse(data));
}

/** Of the runs that are gone through one by one. */
const PAGE = 200;

/** All runs that are not over, oldest first. The documents are not parsed: a broken one is its own run's affair. */
export function openRuns(store: DocumentStore): Promise<StoredDocument[]> {
  return allPages(store, queries.openRuns);
}

/** All runs, open or over, that have jobs which nobody wants any more. */
export function stoppingRuns(store: DocumentStore): Promise<StoredDocument[]> {
  return allPages(store, queries.stoppingRuns);
}

async function allPages(store: DocumentStore, query: (page: Page) => Query): Promise<StoredDocument[]> {
  const found: StoredDocument[] = [];
  for (;;) {
    const page = await store.query(query({ startAfter: found.at(-1), limit: PAGE }));
    found.push(...page);
    if (page.length < PAGE) return found;
  }
}
