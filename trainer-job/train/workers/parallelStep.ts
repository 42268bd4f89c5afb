/**
 * A step that several workers compute together, exactly: but for rounding, loss and gradients are those of `trainingStep`.
 *
 * 1. Each takes its part of the batch's distinct queries and items through the towers; all see the outputs.
 * 2. Each computes the loss of its queries' rows against all items: the gradients of its queries are complete then, those of
 *    the items are one summand of as many as there are workers.
 * 3. Each adds up the summands of its items, in the order of the workers, and goes back through the towers.
 *
 * The gradients of parameters are added up in the order of the workers too: equal runs are equal to the last digit.
 */
import type { Layer } from '@trainyard/shared';
import type { EncodedRows, EntityRows } from '../../data/encodedDataset.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import { batchOf, type PreparedBatch } from '../batchOf.js';
import type { StepNumber } from '../competition.js';
import { GradientSum } from '../gradientSum.js';
import type { PhaseClock } from '../phaseClock.js';
import type { StepGradients } from '../trainingStep.js';
import type { ForwardTask, LossTask, TowerPart } from './messages.js';
import { StepMemory } from './stepMemory.js';
import type { WorkerPool } from './workerPool.js';

/** `from` … `to - 1` */
interface Range {
  from: number;
  to: number;
}

export function parallelStep(
  model: TwoTowerModel,
  rows: EncodedRows,
  pool: WorkerPool,
  clock: PhaseClock,
): (batch: Int32Array, at: StepNumber) => Promise<StepGradients> {
  const prepare = batchOf(model, rows);
  const memory = new StepMemory();
  const sum = new GradientSum();
  const { query, candidate } = model.spec.model;
  const rangesOf = {
    // Statistics of a batch are of the whole batch: such a tower is one worker's, the query tower the first's.
    query: hasBatchNorm(query.layers) ? ofOne(0, pool.size) : evenly(pool.size),
    candidate: hasBatchNorm(candidate.layers) ? ofOne(pool.size - 1, pool.size) : evenly(pool.size),
  };

  return async (batch, at) => {
    clock.enter('data');
    const prepared = prepare(batch, at);
    const counts = { query: prepared.queries.values.length, candidate: prepared.items.length };
    const shared = (tower: 'query' | 'candidate', what: string): Shared => {
      const { width } = model[tower];
      return { values: memory.take(`${tower} ${what}`, counts[tower] * width), width };
    };
    const queries = shared('query', 'outputs');
    const items = shared('candidate', 'outputs');
    const through = { query: rangesOf.query(counts.query), candidate: rangesOf.candidate(counts.candidate) };
    clock.enter('forward');
    await pool.run(
      through.query.map((_, w): ForwardTask => ({
        type: 'forward',
        at: { epoch: at.epoch, step: at.step },
        query: towerPart(prepared.queryRows, prepared.queries.counts, through.query[w]!, queries),
        candidate: towerPart(prepared.itemRows, prepared.itemCounts, through.candidate[w]!, items),
      })),
    );

    clock.enter('loss');
    const dQueries = shared('query', 'gradients');
    const summands = through.query.map((_, w) => shared('candidate', `gradients ${w}`));
    const weighed = evenly(pool.size)(counts.query);
    const tasks = weighed.map((range, w) =>
      lossTask(prepared, batch, range, { queries, items, dQueries, dItems: summands[w]! }),
    );
    const losses = await pool.run(tasks);

    clock.enter('backward');
    const given = summands.filter((_, w) => tasks[w]);
    const gradients = await pool.run(
      through.query.map((_, w) => ({
        type: 'backward',
        query: [part(dQueries, through.query[w]!)],
        candidate: given.map((summand) => part(summand, through.candidate[w]!)),
      })),
    );
    clock.enter('apply');
    for (const done of [...losses, ...gradients]) sum.add(done.gradients);
    clock.stop();
    return { loss: losses.reduce((total, { loss }) => total + loss, 0), gradients: sum.take() };
  };
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
): LossTask | null {
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
