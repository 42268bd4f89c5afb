/** Lists for many: of items for all users or the queries of files, or of similar items for all items, as one table. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RecommenderError, type RecommenderModel } from '@trainyard/recommender';
import { textOfColumn } from '@trainyard/recommender/encode/columnText';
import { TRANSFORM_FILE, TRANSFORM_FOLDER } from '@trainyard/recommender/format/files';
import { readDocument } from '@trainyard/recommender/format/read';
import { TRANSFORM_VERSIONS } from '@trainyard/recommender/format/transformDocument';
import { unreadByColumn } from '@trainyard/recommender/model/unread';
import { openModelDirectory, readDirectory } from '@trainyard/recommender/node';
import { withDatabase, type Database } from '../data/database.js';
import { TrainerError } from '../errors/trainerError.js';
import { allowedItems } from './allowedItems.js';
import type { BatchRequest, BatchResult } from './batchRequest.js';
import { Blocks } from './blocks.js';
import { openLists } from './lists.js';
import type { WorkerData } from './messages.js';
import { planOf, versionOf } from './plan.js';
import { fileTable, usersTable, type QueryTable } from './queryTable.js';
import { orRefused, refused } from './refused.js';
import { shortInWords, shortLists } from './shortLists.js';
import { onWorkers, type Job } from './workers.js';
import { EXAMPLES } from './unreadValues.js';
import { formatOf, refusedQueries, writeTable } from './writeTable.js';

/** Lists that are made, kept and lost together: at most so many, of so many scores together. */
const MOST_LISTS = 1024;
const MOST_SCORES = 40_000_000;
/** A score of a ranking model is a pass through its head. */
const SCORES_OF_PASS = 100;
/** Below so many scores, threads would take longer to start than the lists take, unless a request says otherwise. */
const SCORES_OF_ONE = 20_000_000;

/**
 * Writes the table that is asked for. What was interrupted goes on from the blocks that are done. Memory holds the model once a
 * thread, and a block of lists each, however many there are. Throws `TrainerError` for what cannot be, and what `between` throws.
 */
export async function writeLists(request: BatchRequest): Promise<BatchResult> {
  const began = performance.now();
  const { folder, lists, unfinished } = request;
  formatOf(request.out);
  const model = await orRefused(() => openModelDirectory(folder));
  const excludesSeen = lists === 'recommendations' && request.exclude === 'seen';
  if (excludesSeen) checkSeen(model, folder);
  const version = await versionOf(folder);
  if (version === null)
    request.onNote(`${folder} has no model_metadata.json that names its version: model_version is null`);
  const size = blockSize(model);
  const blocks = await Blocks.open(unfinished, await planOf(request, size));
  const make = async (database: Database) => {
    const table = await queriesOf(database, request, model);
    const total = table?.count ?? model.items.length;
    const data: WorkerData = {
      folder,
      k: request.k,
      excludesSeen,
      allowed: await allowedItems(database, folder, model.items, request),
    };
    const making = { size, total, table, data, items: model.items.length, began };
    const kept = await makeBlocks(request, blocks, making);
    await noteRefused(database, blocks, total, request.onNote);
    const short = await noteShort(database, blocks, making, request);
    return { queries: total, kept, short, rows: await writeTable(database, blocks.files, request, version) };
  };
  const work = await mkdtemp(join(unfinished, 'work-'));
  try {
    const made = await withDatabase(work, make, { readsRows: true });
    await request.deliver?.(request.out);
    await blocks.remove();
    return { ...made, seconds: (performance.now() - began) / 1000, version, checked: model.checked };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Says which queries have no list, and why; throws where none has one. */
async function noteRefused(
  database: Database,
  blocks: Blocks,
  total: number,
  onNote: (note: string) => void,
): Promise<void> {
  const { count, first } = await refusedQueries(database, blocks.files, EXAMPLES);
  if (count === 0) return;
  const whys = first.map(({ query, why }) => `query ${query}: ${why}`).join('; ');
  const message = `${count} of ${total} queries are refused and have no list: ${whys}`;
  if (count < total) return onNote(message);
  await blocks.remove();
  throw refused(message);
}

/** Says how many lists have fewer items than were asked for, and why; returns how many. */
async function noteShort(
  database: Database,
  blocks: Blocks,
  { total, items, data: { allowed, excludesSeen } }: Making,
  { lists, k, onNote }: BatchRequest,
): Promise<number> {
  const short = await shortLists(database, blocks.files, k);
  const meeting = allowed && allowed.reduce((sum, one) => sum + one, 0);
  const note = shortInWords(short, { lists, k, total, items, meeting, excludesSeen });
  if (note !== null) onNote(note);
  return short.count;
}

/** Says before anything is computed that the folder does not say what users have. */
function checkSeen(model: RecommenderModel, folder: string): void {
  try {
    model.seenBy({});
  } catch (cause) {
    if (!(cause instanceof RecommenderError) || cause.code !== 'not-of-this-model') throw cause;
    throw new TrainerError(
      'invalid-settings',
      `the lists are to leave out what users have, which the folder ${folder} does not say: it has no seen.json`,
      'ask for lists that leave out nothing (--exclude nothing), or train again with this version, which writes it',
      { cause },
    );
  }
}

/** Null where the lists are of items. */
async function queriesOf(
  database: Database,
  { folder, lists, queries, onNote }: BatchRequest,
  model: RecommenderModel,
): Promise<QueryTable | null> {
  if (lists === 'similarItems') return null;
  if (!queries) return usersTable(folder, model, onNote);
  const transform = await orRefused(() =>
    readDocument(readDirectory(folder), `${TRANSFORM_FOLDER}/${TRANSFORM_FILE}`, TRANSFORM_VERSIONS),
  );
  const known = new Set(model.users);
  const textOfUser = textOfColumn(model.userColumn, transform.columnTypes, transform.trimmed);
  const isKnown = (user: string) => known.has(textOfUser(user) ?? '');
  return fileTable(database, queries, { ...model, isKnown, unreadBy: unreadByColumn(transform) }, onNote);
}

function blockSize({ type, items }: RecommenderModel): number {
  const each = items.length * (type === 'ranking' ? SCORES_OF_PASS : 1);
  return Math.max(1, Math.min(MOST_LISTS, Math.floor(MOST_SCORES / each)));
}

interface Making {
  /** Lists in a block. */
  size: number;
  total: number;
  table: QueryTable | null;
  data: WorkerData;
  items: number;
  began: number;
}

/** Makes the blocks that are not there; returns how many lists were. */
async function makeBlocks(
  { workers, threadsFrom = SCORES_OF_ONE, onProgress, between }: BatchRequest,
  blocks: Blocks,
  { size, total, table, data, items, began }: Making,
): Promise<number> {
  const sizeOf = (block: number) => Math.min(size, total - block * size);
  const kept = [...blocks.done].reduce((sum, block) => sum + sizeOf(block), 0);
  let done = kept;
  const tell = () => onProgress({ done, total, kept, seconds: (performance.now() - began) / 1000 });
  const take = async ({ block }: Job, text: string) => {
    await blocks.write(block, text);
    done += sizeOf(block);
    tell();
    await between();
  };
  const jobs = jobsOf(Math.ceil(total / size), blocks, async (block): Promise<Job> => {
    const [first, count] = [block * size, sizeOf(block)];
    if (!table) return { block, task: { type: 'similar', first, count } };
    return { block, task: { type: 'recommend', first, ...(await table.read(first, count)) } };
  });
  tell();
  const left = total - kept;
  const threads = Math.min(workers, Math.ceil(left / size));
  if (threads > 1 && left * items > threadsFrom) {
    await onWorkers(threads, data, jobs, take);
    return kept;
  }
  const make = left > 0 ? await openLists(data) : undefined;
  for await (const job of jobs) if (make) await take(job, await orRefused(() => make(job.task)));
  return kept;
}

async function* jobsOf(
  count: number,
  { done }: Blocks,
  job: (block: number) => Promise<Job>,
): AsyncGenerator<Job> {
  for (let block = 0; block < count; block++) if (!done.has(block)) yield job(block);
}
