import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import type { EncodedDataset, EncodedTower } from '../../data/encodedDataset.js';
import { sharedFloats, type Parameter } from '../../model/parameter.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import { summed, type Operation } from './operations.js';
import type { Optimizer } from '../optimize/optimizer.js';
import { Answers, workerLost } from './answers.js';
import { workerDataSchema, type Result, type Task, type TowerShape, type WorkerData } from './messages.js';

/** Tests run the sources, but a thread needs the build; bundled, for it starts in a third of the time. */
const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/bundle/workerThread.js' : './workerThread.js',
  import.meta.url,
);

/** The workers of a training: threads that see its parameters and the state of its optimizer. */
export class WorkerPool {
  private readonly done = new Set<Task['type']>();
  /** Of the first worker, while somebody watches. */
  private operations: Operation[] | undefined;

  private constructor(
    readonly threads: readonly Worker[],
    private readonly answers: readonly Answers[],
  ) {}

  /** `model` and `optimizer` were made `inSharedMemory`. Throws `TrainerError` when a thread does not start. */
  static async start(
    size: number,
    model: TwoTowerModel,
    optimizer: Optimizer,
    data: EncodedDataset,
  ): Promise<WorkerPool> {
    const workerData = workerDataOf(model, optimizer, data);
    const threads = Array.from(
      { length: size },
      (_, number) =>
        // They need nothing of the environment, and so they are given none of it.
        new Worker(ENTRY, { workerData: { ...workerData, share: { number, among: size } }, env: {} }),
    );
    const answers = threads.map((thread, i) => new Answers(thread, `worker ${i + 1} of ${size}`));
    try {
      await Promise.all(answers.map((answer) => answer.next()));
      return new WorkerPool(threads, answers);
    } catch (error) {
      await ended(threads);
      throw error;
    }
  }

  get size(): number {
    return this.threads.length;
  }

  /** Does each worker's task, all of one type; null is none, and is answered with nothing. Throws `TrainerError`. */
  async run(tasks: readonly (Task | null)[]): Promise<Result[]> {
    const type = tasks.find((task) => task !== null)?.type;
    const ask = async (task: Task | null, i: number) => (task ? this.ask(i, task) : {});
    if (type === undefined || this.done.has(type)) return Promise.all(tasks.map(ask));
    const results: Result[] = [];
    for (const [i, task] of tasks.entries()) results.push(await ask(task, i));
    this.done.add(type);
    return results;
  }

  /**
   * Does tasks, all of one type, each by the next worker that is free; `between` is called after each. Returns the results in
   * the order of the tasks. What `between` throws, or `TrainerError`, is thrown when no worker has a task any more.
   */
  async each(tasks: Iterable<Task>, between: () => Promise<void> = async () => {}): Promise<Result[]> {
    const results: Result[] = [];
    const queue = tasks[Symbol.iterator]();
    let count = 0;
    let isOver = false;
    const next = async (worker: number): Promise<boolean> => {
      const { value: task, done } = queue.next();
      if (done || isOver) return false;
      const place = count++;
      results[place] = await this.ask(worker, task);
      await between();
      return true;
    };
    const work = async (worker: number) => {
      try {
        while (await next(worker));
      } finally {
        // One that fails ends the others' work too.
        isOver = true;
      }
    };
    // The first of each worker in turn, as in `run`.
    for (const [worker] of this.threads.entries()) if (!(await next(worker))) return results;
    const ends = await Promise.allSettled(this.threads.map((_, worker) => work(worker)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return results;
  }

  /** The operations of the first worker's tasks while `work` goes on. */
  async watch<T>(work: () => Promise<T>): Promise<{ value: T; operations: Operation[] }> {
    this.operations = [];
    try {
      return { value: await work(), operations: summed(this.operations) };
    } finally {
      this.operations = undefined;
    }
  }

  async close(): Promise<void> {
    await ended(this.threads);
  }

  private async ask(i: number, task: Task): Promise<Result> {
    const answer = this.answers[i]!.next();
    const profiled = this.operations !== undefined && i === 0;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker, not a window
    this.threads[i]!.postMessage({ task, profiled });
    const message = await answer;
    if (message.type !== 'done') throw workerLost(`a worker answered "${message.type}" to a task`);
    this.operations?.push(...message.operations);
    return message.result;
  }
}

async function ended(threads: readonly Worker[]): Promise<void> {
  await Promise.all(threads.map((thread) => thread.terminate()));
}

function workerDataOf(
  { spec, parameters, state }: TwoTowerModel,
  optimizer: Optimizer,
  { query, candidate, target, splits }: EncodedDataset,
): Omit<WorkerData, 'share'> {
  const valuesOf = (arrays: readonly Parameter[]) => arrays.map(({ values }) => values);
  return {
    backend: workerDataSchema.shape.backend.parse(tf.getBackend()),
    spec,
    query: shapeOf(query),
    candidate: shapeOf(candidate),
    ...(target && { target }),
    ...(splits.train.target && { targets: shared(splits.train.target) }),
    ...(splits.train.weight && { weights: shared(splits.train.weight) }),
    parameters: valuesOf(parameters),
    decays: parameters.map(({ decay }) => decay ?? null),
    slots: parameters.map((parameter) => optimizer.slots(parameter)),
    state: valuesOf(state),
  };
}

function shapeOf({ features, idFeature, entities }: EncodedTower): TowerShape {
  return { features, idFeature, entities };
}

/** A copy that threads see without one of their own. */
function shared(values: Float32Array): Float32Array {
  const copy = sharedFloats(values.length);
  copy.set(values);
  return copy;
}
