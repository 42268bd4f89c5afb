/** The trainer's log: lines in the order of attempts and, within one, of their chunks. */
import { logChunkSchema, type LogLine } from '@trainyard/shared';
import type { DocumentStore, StoredDocument } from '../ports/documentStore/documentStore.js';
import { queries } from '../queries.js';

export type AttemptLine = LogLine & { attempt: number };

/** Where a reader is: behind the chunk with this path. */
export interface LogPlace {
  path: string;
  attempt: number;
  seq: number;
}

/** Chunks that are read at once; a page ends at the end of a chunk. */
const CHUNKS = 50;

/** The lines behind `after`, from the first one where there is no such place, and where they end. */
export async function readLog(
  store: DocumentStore,
  runId: string,
  after: LogPlace | undefined,
): Promise<{ lines: AttemptLine[]; end: LogPlace | undefined }> {
  const { lines, end } = await readChunks(store, runId, 'asc', after);
  return { lines: lines.flat(), end: end ?? after };
}

/** The last `count` lines, oldest first; all lines where there are fewer. */
export async function readLogTail(
  store: DocumentStore,
  runId: string,
  count: number,
): Promise<AttemptLine[]> {
  let tail: AttemptLine[] = [];
  let place: LogPlace | undefined;
  do {
    const { lines, end } = await readChunks(store, runId, 'desc', place);
    tail = [...lines.toReversed().flat(), ...tail];
    place = lines.length === CHUNKS ? end : undefined;
  } while (place && tail.length < count);
  return tail.slice(-count);
}

/** The lines of each chunk behind `after` in that direction. */
async function readChunks(
  store: DocumentStore,
  runId: string,
  direction: 'asc' | 'desc',
  after: LogPlace | undefined,
): Promise<{ lines: AttemptLine[][]; end: LogPlace | undefined }> {
  const startAfter = after && storedAt(after);
  const found = await store.query(queries.logChunks(runId, direction, { startAfter, limit: CHUNKS }));
  const chunks = found.map(({ path, data }) => ({ path, ...logChunkSchema.parse(data) }));
  const last = chunks.at(-1);
  return {
    lines: chunks.map(({ attempt, lines }) => lines.map((line) => ({ ...line, attempt }))),
    end: last && { path: last.path, attempt: last.attempt, seq: last.seq },
  };
}

function storedAt({ path, attempt, seq }: LogPlace): StoredDocument {
  return { path, data: { attempt, seq } };
}
