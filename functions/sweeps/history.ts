/**
 * All trials of a sweep, read at a cost that does not grow with their number at every event: a trial that has ended never changes
 * again, so a process that has seen it never reads it again, and one that has seen nothing reads the ended ones in blocks.
 */
import { paths, trialBlockSchema, trialSchema, TRIALS_PER_BLOCK, type Trial } from '@trainyard/shared';
import { z } from 'zod';
import { documentBytes } from '../ports/documentStore/documentSize.js';
import { DocumentExistsError, type DocumentStore } from '../ports/documentStore/documentStore.js';
import { queries } from '../queries.js';
import { sharedTurn } from '../sharedTurn.js';
import { parseTrial, readTrial } from './documents.js';
import { isOpen } from './plan.js';

/** What a process knows of the trials of a sweep. */
interface Known {
  /** By their numbers, from 1 without a gap; those that were open may have ended since. */
  trials: Trial[];
  /** Blocks that are stored, counted from the first. */
  blocks: number;
}

/** Sweeps that a process remembers; the least recently used one is forgotten. */
const MOST_REMEMBERED = 50;
/** What a block may have at most, well below the size of a document. */
const MOST_BLOCK_BYTES = 900_000;
const PAGE = 200;
/** So many new trials are read one by one before a query brings the others. */
const FEW = 4;

const memories = new WeakMap<DocumentStore, Map<string, Known>>();

/**
 * The trials as they are stored now, by their numbers. It reads those that were open when this process looked last, and those that
 * are new. A process that knows none reads one block for each 50 that have ended, and the others one by one. The events of trials that
 * run at the same time come at the same time: they share what is read.
 */
export function readTrials(store: DocumentStore, sweepId: string): Promise<Trial[]> {
  return sharedTurn(store, `trials of sweep ${sweepId}`, () => renewedTrials(store, sweepId));
}

async function renewedTrials(store: DocumentStore, sweepId: string): Promise<Trial[]> {
  const recalledNow = recalled(store, sweepId);
  const known = recalledNow ?? (await fromBlocks(store, sweepId));
  const renewed = await Promise.all(
    known.trials.map(async (trial) =>
      isOpen(trial) ? ((await readTrial(store, sweepId, trial.number)) ?? trial) : trial,
    ),
  );
  const few = recalledNow ? await nextTrials(store, sweepId, renewed.length) : { found: [], isAll: false };
  const trials = [...renewed, ...few.found];
  if (!few.isAll) trials.push(...(await newTrials(store, sweepId, trials.length)));
  const blocks = await sealed(store, sweepId, trials, known.blocks);
  remember(store, sweepId, { trials, blocks });
  return trials;
}

function recalled(store: DocumentStore, sweepId: string): Known | undefined {
  return memories.get(store)?.get(sweepId);
}

function remember(store: DocumentStore, sweepId: string, known: Known): void {
  const memory = memories.get(store) ?? new Map<string, Known>();
  memories.set(store, memory);
  const before = memory.get(sweepId);
  memory.delete(sweepId);
  // Two readings at once: the one that has seen more stays.
  memory.set(sweepId, before && before.trials.length > known.trials.length ? before : known);
  const [oldest] = memory.keys();
  if (memory.size > MOST_REMEMBERED && oldest !== undefined) memory.delete(oldest);
}

async function fromBlocks(store: DocumentStore, sweepId: string): Promise<Known> {
  const found = await store.query(queries.trialBlocks(sweepId));
  const trials = found.flatMap(({ data }) =>
    z.array(trialSchema).parse(JSON.parse(trialBlockSchema.parse(data).trials)),
  );
  return { trials, blocks: found.length };
}

/** Few are new as a rule. By their paths they cost the same however many there are before them, where SQLite looks at all for a query. */
async function nextTrials(
  store: DocumentStore,
  sweepId: string,
  after: number,
): Promise<{ found: Trial[]; isAll: boolean }> {
  const found: Trial[] = [];
  while (found.length < FEW) {
    const next = await readTrial(store, sweepId, after + found.length + 1);
    if (!next) return { found, isAll: true };
    found.push(next);
  }
  return { found, isAll: false };
}

async function newTrials(store: DocumentStore, sweepId: string, after: number): Promise<Trial[]> {
  const found: Trial[] = [];
  for (;;) {
    const last = after + found.length;
    const page = await store.query(queries.trials(sweepId, { after: last, limit: PAGE }));
    found.push(...page.map(parseTrial));
    if (page.length < PAGE) return found;
  }
}

/** Stores blocks whose trials have all ended; whoever comes first does, for all would store the same. Returns how many there are. */
async function sealed(
  store: DocumentStore,
  sweepId: string,
  trials: readonly Trial[],
  blocks: number,
): Promise<number> {
  for (let number = blocks + 1; ; number++) {
    const own = trials.slice((number - 1) * TRIALS_PER_BLOCK, number * TRIALS_PER_BLOCK);
    if (own.length < TRIALS_PER_BLOCK || own.some(isOpen)) return number - 1;
    const path = paths.trialBlock(sweepId, number);
    const data = { sweepId, number, trials: JSON.stringify(own) };
    // Blocks follow each other: what does not fit into one stays to be read one by one.
    if (documentBytes(path, data) > MOST_BLOCK_BYTES) return number - 1;
    try {
      await store.optimistic(async (tx) => tx.create(path, data));
    } catch (error) {
      if (!(error instanceof DocumentExistsError)) throw error;
    }
  }
}
