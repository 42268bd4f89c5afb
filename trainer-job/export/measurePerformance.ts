/** What serving an exported model takes: its folder is opened and asked as anybody else would who serves it. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
  ITEM_OUTPUTS_FILE,
  ITEM_VECTORS_FILE,
  RATING_FOLDER,
  TOWER_FOLDERS,
  TRANSFORM_FOLDER,
} from '@trainyard/recommender/format/files';
import type { FeatureValues } from '@trainyard/recommender';
import { openModelDirectory } from '@trainyard/recommender/node';
import { SERVED_QUERIES, type EvaluationReport } from '@trainyard/shared';
import { collectGarbage } from '../backend/garbageCollection.js';
import { latencyMs } from '../settings/limits.js';
import { percentileOf } from './percentile.js';

type Performance = NonNullable<EvaluationReport['performance']>;
type Latency = Performance['latency'][number];

/** The longest that one request is waited for. */
const MOST_MS = 1500;
const MOST_REQUESTS = 400;
/** Of fewer the 99th percentile is the slowest, so that they are made in up to twice the time. */
const ENOUGH_REQUESTS = 100;
const K = 10;

export interface MeasuredServing {
  /** Null where the folder could not be asked. */
  performance: Omit<Performance, 'trainingSeconds'> | null;
  leftOut: EvaluationReport['leftOut'];
}

/**
 * Opens the folder and asks it for ten recommendations to 1, 32 and 256 queries, which one thread answers one after the other.
 * Each size is asked for as long as `TRAINYARD_LATENCY_MS` says, at least once, and up to twice as long where that makes fewer than a
 * hundred requests; what would take longer than a second and a half is left out.
 */
export async function measurePerformance(
  folder: string,
  queries: readonly FeatureValues[],
  between: () => Promise<void>,
): Promise<MeasuredServing> {
  const modelBytes = await servedBytes(folder);
  const before = await memoryBytes();
  const model = await openModelDirectory(folder);
  // What its files hold it holds, whatever else the process lets go of meanwhile.
  const memoryMb = Math.max(modelBytes, (await memoryBytes()) - before) / 1e6;
  // The version that serves may read other columns than the new model.
  const { query: columns } = model.columns;
  const known = (queries.length > 0 ? queries : [{}]).map((query) =>
    Object.fromEntries(Object.entries(query).filter(([column]) => columns.includes(column))),
  );
  let next = 0;
  const ask = (count: number) => {
    for (let i = 0; i < count; i++) model.recommend(known[next++ % known.length] ?? {}, { k: K });
  };
  const latency: Latency[] = [];
  const leftOut: MeasuredServing['leftOut'] = [];
  // The first request also compiles what it calls.
  ask(1);
  for (const count of SERVED_QUERIES) {
    const each = latency[0]?.p50Ms ?? 0;
    if (each * count > MOST_MS) {
      leftOut.push({
        what: `the latency of ${count} queries`,
        why: `each takes about ${each.toFixed(1)} ms, and a request is waited for ${MOST_MS / 1000} s at most`,
        remedy: null,
      });
      continue;
    }
    latency.push(latencyOf(count, await times(() => ask(count), between)));
  }
  return { performance: { latency, modelBytes, memoryMb }, leftOut };
}

/** How long each of the requests took, in milliseconds. */
async function times(request: () => void, between: () => Promise<void>): Promise<number[]> {
  const taken: number[] = [];
  const budget = latencyMs();
  const isDone = (total: number) =>
    taken.length > 0 &&
    (taken.length < ENOUGH_REQUESTS ? total >= 2 * budget : total >= budget || taken.length >= MOST_REQUESTS);
  for (let total = 0; !isDone(total);) {
    const began = performance.now();
    request();
    const ms = performance.now() - began;
    taken.push(ms);
    total += ms;
    await between();
  }
  return taken;
}

function latencyOf(queries: number, taken: readonly number[]): Latency {
  const sorted = taken.toSorted((a, b) => a - b);
  return {
    queries,
    requests: sorted.length,
    p50Ms: percentileOf(sorted, 50),
    p95Ms: percentileOf(sorted, 95),
    p99Ms: percentileOf(sorted, 99),
  };
}

/** On the heap and beside it, once what nobody holds any more is gone. */
async function memoryBytes(): Promise<number> {
  collectGarbage();
  // Memory beside the heap is given back in a turn of its own.
  await setImmediate();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Of the files that serving reads; reports lie beside them. */
async function servedBytes(folder: string): Promise<number> {
  const served = [
    ...Object.values(TOWER_FOLDERS),
    TRANSFORM_FOLDER,
    RATING_FOLDER,
    ITEM_VECTORS_FILE,
    ITEM_OUTPUTS_FILE,
  ];
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const [first = ''] = path.slice(folder.length + 1).split(/[\\/]/);
    if (served.includes(first)) bytes += (await stat(path)).size;
  }
  return bytes;
}
