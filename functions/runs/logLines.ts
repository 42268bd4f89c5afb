/** The trainer's log: lines in the order of attempts and, within one, of their chunks. */
import { logChunkSchema, type LogLine } from '@trainyard/shared';
import type { DocumentStore, StoredDocument } from '../ports/documentStore/documentStore.js';
import { queries } from '../queries.js';

type AttemptLine = LogLine & { attempt: number };

/** Where a reader is: behind the chunk with this path. */
export interface LogPlace {
  path: string;
  attempt: number;
  seq: number;
}

/** Chunks that are read at once; a page ends at the end of a chunk. */
const CHUNKS = 50;

/** Lines, where they end, and whether there are more behind it. */
export interface LogPart {
  lines: AttemptLine[];
  /** Undefined before the first line. */
  end: LogPlace | undefined;
  hasMore: boolean;
}

/** The lines behind `after`, from the first one where there is no such place. */
export async function readLog(
  store: DocumentStore,
  runId: string,
  after: LogPlace | undefined,
): Promise<LogPart> {
  const { chunks, hasMore } = await readChunks(store, runId, 'asc', after);
  return { lines: chunks.flatMap(({ lines }) => lines), end: chunks.at(-1)?.place ?? after, hasMore };
}

/** The last `count` lines, oldest first; all lines where there are fewer. */
export async function readLogTail(store: DocumentStore, runId: string, count: number): Promise<LogPart> {
  let tail: AttemptLine[] = [];
  let end: LogPlace | undefined;
  for (let place: LogPlace | undefined; ;) {
    const { chunks, hasMore } = await readChunks(store, runId, 'desc', place);
    tail = [...chunks.toReversed().flatMap(({ lines }) => lines), ...tail];
    end ??= chunks[0]?.place;
    place = chunks.at(-1)?.place;
    if (!hasMore || tail.length >= count) return { lines: tail.slice(-count), end, hasMore: false };
  }
}

interface Chunk {
  place: LogPlace;
  lines: AttemptLine[];
}

/** The chunks behind `after` in that direction. */
async function readChunks(
  store: DocumentStore,
  runId: string,
  direction: 'asc' | 'desc',
  after: LogPlace | undefined,
): Promise<{ chunks: Chunk[]; hasMore: boolean }> {
  const startAfter = after && storedAt(after);
  const found = await store.query(queries.logChunks(runId, direction, { startAfter, limit: CHUNKS + 1 }));
  const chunks = found.slice(0, CHUNKS).map(({ path, data }) => {
    const { attempt, seq, lines } = logChunkSchema.parse(data);
    return { place: { path, attempt, seq }, lines: lines.map((line) => ({ ...line, attempt })) };
  });
  return { chunks, hasMore: found.length > CHUNKS };
}

function storedAt({ path, attempt, seq }: LogPlace): StoredDocument {
  return { path, data: { attempt, seq } };
}
