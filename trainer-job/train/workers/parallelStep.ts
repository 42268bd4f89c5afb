/**
 * Steps that several workers compute together, exactly: but for rounding, losses and gradients are those of `trainingStep`.
 *
 * 1. Each takes its part of the batch's distinct queries and items through the towers; all see the outputs.
 * 2. Each computes the loss of its queries' rows against all items: the gradients of its queries are complete then, those of
 *    the items are one summand of as many as there are workers.
 * 3. Each adds up the summands of its items, in the order of the workers, and goes back through the towers.
 * 4. Each adds up the gradients of its share of the parameters, in that order too: equal runs are equal to the last digit.
 * 5. Each changes its share, when the step has all its batches.
 *
 * This thread finds and reads the batches, and computes nothing itself.
 */
import type { Layer } from '@trainyard/shared';
import type { EncodedRows, EntityRows } from '../../data/encodedDataset.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import { batchOf, type PreparedBatch } from '../batch/batchOf.js';
import { needsNorms } from '../optimize/clipping.js';
import type { StepNumber } from '../batch/competition.js';
import type { Optimizer } from '../optimize/optimizer.js';
import type { PhaseClock } from '../batch/phaseClock.js';
import type { StepComputer } from './stepComputer.js';
import type { SentSquares, TaskOf, TowerPart } from './messages.js';
import { StepMemory } from './stepMemory.js';
import type { WorkerPool } from './workerPool.js';

/** `from` … `to - 1` */
interface Range {
  from: number;
  to: number;
}

/** What the workers are asked for a batch. */
interface Plan {
  forward: TaskOf<'forward'>[];
  loss: (TaskOf<'loss'> | null)[];
  backward: TaskOf<'backward'>[];
}

export function parallelStep(
  model: TwoTowerModel,
  optimizer: Optimizer,
  rows: EncodedRows,
  pool: WorkerPool,
  clock: PhaseClock,
): StepComputer {
  const plan = planner(model, rows, pool.size);
  const { clipping, embeddingL2 } = model.spec.training;
  let begins = true;

  const add = async (batch: Int32Array, at: StepNumber): Promise<number> => {
    clock.enter('data');
    const { forward, loss, backward } = plan(batch, at);
    clock.enter('forward');
    await pool.run(forward);
    clock.enter('loss');
    const losses = await pool.run(loss);
    clock.enter('backward');
    const found = await pool.run(backward);
    clock.enter('apply');
    const gradients = found.flatMap((result) => result.gradients ?? []);
    await pool.run(found.map(() => ({ type: 'collect', begins, gradients })));
    begins = false;
    clock.stop();
    return losses.reduce((total, { loss: own = 0 }) => total + own, 0);
  };

  const apply = async (rate: number): Promise<void> => {
    // Penalties are of rows as they are before this step has them decay; norms are those of all shares.
    const isMeasured = needsNorms(clipping) || embeddingL2 > 0;
    const squares = isMeasured ? await squaresOfAll(pool) : undefined;
    const at = optimizer.begin(rate);
    await pool.run(pool.threads.map(() => ({ type: 'apply', at, ...(squares && { squares }) })));
    begins = true;
  };

  return { add, apply, forget: () => (begins = true) };
}

/** Finds and reads what a batch is computed of, and divides it among the workers. */
function planner(
  model: TwoTowerModel,
  rows: EncodedRows,
  workers: number,
): (batch: Int32Array, at: StepNumber) => Plan {
  const prepare = batchOf(model, rows);
  const memory = new StepMemory();
  const { query, candidate } = model.spec.model;
  const rangesOf = {
    // Statistics of a batch are of the whole batch: such a tower is one worker's, the query tower the first's.
    query: hasBatchNorm(query.layers) ? ofOne(0, workers) : evenly(workers),
    candidate: hasBatchNorm(candidate.layers) ? ofOne(workers - 1, workers) : evenly(workers),
  };
  return (batch, at) => {
    const prepared = prepare(batch, at);
    const counts = { query: prepared.queries.values.length, candidate: prepared.items.length };
    const shared = (tower: 'query' | 'candidate', what: string): Shared => {
      const { width } = model[tower];
      return { values: memory.allocate(`${tower} ${what}`, counts[tower] * width), width };
    };
    const [queries, items] = [shared('query', 'outputs'), shared('candidate', 'outputs')];
    const dQueries = shared('query', 'gradients');
    const through = { query: rangesOf.query(counts.query), candidate: rangesOf.candidate(counts.candidate) };
    const summands = through.query.map((_, w) => shared('candidate', `gradients ${w}`));
    const loss = evenly(workers)(counts.query).map((range, w) =>
      lossTask(prepared, batch, range, { queries, items, dQueries, dItems: summands[w]! }),
    );
    const given = summands.filter((_, w) => loss[w]);
    return {
      loss,
      forward: through.query.map((_, w) => ({
        type: 'forward',
        at: { epoch: at.epoch, step: at.step },
        query: towerPart(prepared.queryRows, prepared.queries.counts, through.query[w]!, queries),
        candidate: towerPart(prepared.itemRows, prepared.itemCounts, through.candidate[w]!, items),
      })),
      backward: through.query.map((_, w) => ({
        type: 'backward',
        query: [part(dQueries, through.query[w]!)],
        candidate: given.map((summand) => part(summand, through.candidate[w]!)),
      })),
    };
  };
}

/** Of each parameter over all shares. */
async function squaresOfAll(pool: WorkerPool): Promise<SentSquares> {
  const parts = await pool.run(pool.threads.map(() => ({ type: 'measure' })));
  const sums = new Map<number, number>();
  for (const { parameter, sum } of parts.flatMap(({ squares = [] }) => squares)) {
    sums.set(parameter, (sums.get(parameter) ?? 0) + sum);
  }
  return Array.from(sums, ([parameter, sum]) => ({ parameter, sum }));
}

interface Shared {
  /** [entities, width] */
  values: Float32Array;
  width: number;
}

function part({ values, width }: Shared, { from, to }: Range): Float32Array {
  return values.subarray(from * width, to * width);
}

function towerPart(
  { indices, numbers }: EntityRows,
  counts: Float32Array,
  range: Range,
  outputs: Shared,
): TowerPart | null {
  const { from, to } = range;
  if (from === to) return null;
  const own = <T extends Int32Array | Float32Array>(table: T): T => {
    const stride = table.length / counts.length;
    return table.slice(from * stride, to * stride) as T;
  };
  return {
    indices: own(indices),
    numbers: own(numbers),
    counts: counts.slice(from, to),
    places: Int32Array.from({ length: to - from }, (_, i) => from + i),
    output: part(outputs, range),
  };
}

/** The rows of the queries in `range`; null where there are none. */
function lossTask(
  { queries: { position }, competing }: PreparedBatch,
  batch: Int32Array,
  range: Range,
  shared: Record<'queries' | 'items' | 'dQueries' | 'dItems', Shared>,
): TaskOf<'loss'> | null {
  const { from, to } = range;
  if (from === to) return null;
  const own = new Int32Array(batch.length);
  let count = 0;
  position.forEach((query, i) => {
    if (query >= from && query < to) own[count++] = i;
  });
  const rows = own.slice(0, count);
  return {
    type: 'loss',
    queries: part(shared.queries, range),
    items: shared.items.values,
    rowQuery: rows.map((i) => position[i]! - from),
    batch,
    own: rows,
    competing: { ...competing, rowItem: rows.map((i) => competing.rowItem[i]!) },
    dQueries: part(shared.dQueries, range),
    dItems: shared.dItems.values,
  };
}

/** Equal shares of `count`, one for each worker. */
function evenly(workers: number): (count: number) => Range[] {
  return (count) =>
    Array.from({ length: workers }, (_, w) => ({
      from: Math.floor((w * count) / workers),
      to: Math.floor(((w + 1) * count) / workers),
    }));
}

function ofOne(worker: number, workers: number): (count: number) => Range[] {
  return (count) =>
    Array.from({ length: workers }, (_, w) => (w === worker ? { from: 0, to: count } : { from: 0, to: 0 }));
}

export function hasBatchNorm(layers: readonly Layer[]): boolean {
  return layers.some(
    (layer) => layer.type === 'batchNorm' || (layer.type === 'residual' && hasBatchNorm(layer.layers)),
  );
}
