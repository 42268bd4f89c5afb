import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { EncodedDataset, EncodedTower } from '../../data/encodedDataset.js';
import type { Parameter } from '../../model/parameter.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import type { StepGradients } from '../trainingStep.js';
import {
  fromWorkerSchema,
  workerDataSchema,
  type FromWorker,
  type TowerShape,
  type ToWorker,
  type WorkerData,
} from './messages.js';
import { NOTHING, StepPart } from './stepPart.js';

/** A worker of a training is gone, or could not do its part. The attempt ends; the next one goes on from its checkpoint. */
export class WorkerLost extends Error {
  override readonly name = 'WorkerLost';
}

/** Tests run the sources, but a thread needs the build. */
const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/train/workers/workerThread.js' : './workerThread.js',
  import.meta.url,
);

/** The workers of a training: this thread is the first, the others are threads that see its parameters. */
export class WorkerPool {
  private readonly done = new Set<ToWorker['type']>();

  private constructor(
    private readonly own: StepPart,
    private readonly parameters: readonly Parameter[],
    /** All but the first worker. */
    readonly threads: readonly Worker[],
    private readonly answers: readonly Answers[],
  ) {}

  /** `model` was made `inSharedMemory`, and its optimizer is there already. Throws `WorkerLost` when a thread does not start. */
  static async start(size: number, model: TwoTowerModel, data: EncodedDataset): Promise<WorkerPool> {
    const workerData = workerDataOf(model, data);
    // They need nothing of the environment, and so they are given none of it.
    const threads = Array.from({ length: size - 1 }, () => new Worker(ENTRY, { workerData, env: {} }));
    const answers = threads.map((thread, i) => new Answers(thread, `worker ${i + 2} of ${size}`));
    try {
      const started = Promise.all(answers.map((answer) => answer.next()));
      const own = new StepPart(model, data.splits.train);
      await started;
      return new WorkerPool(own, model.parameters, threads, answers);
    } catch (error) {
      await ended(threads);
      throw error;
    }
  }

  get size(): number {
    return this.threads.length + 1;
  }

  /**
   * Does each worker's task, all of one type; null is none. All at once, but one after the other at the first of a type: the
   * threads of tfjs-node put the names of attributes that are new to it into one set, without a lock (`ATTR_NAME_SET` in its
   * tfjs_backend.cc). Throws `WorkerLost`.
   */
  async run(tasks: readonly (ToWorker | null)[]): Promise<StepGradients[]> {
    const type = tasks.find((task) => task !== null)?.type;
    if (type === undefined) return tasks.map(() => NOTHING);
    if (this.done.has(type)) return this.allAtOnce(tasks);
    const inTurn = [this.ownPart(tasks[0])];
    for (const i of this.threads.keys()) inTurn.push(await this.partOf(i, tasks[i + 1]));
    this.done.add(type);
    return inTurn;
  }

  private async allAtOnce(tasks: readonly (ToWorker | null)[]): Promise<StepGradients[]> {
    const all = Promise.all(this.threads.map((_, i) => this.partOf(i, tasks[i + 1])));
    // Should this thread's part fail, theirs is of no interest.
    all.catch(() => {});
    return [this.ownPart(tasks[0]), ...(await all)];
  }

  private ownPart(task: ToWorker | null | undefined): StepGradients {
    return task ? this.own.do(task) : NOTHING;
  }

  private async partOf(i: number, task: ToWorker | null | undefined): Promise<StepGradients> {
    if (!task) return NOTHING;
    const answer = this.answers[i]!.next();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker, not a window
    this.threads[i]!.postMessage(task);
    return this.gradientsOf(await answer);
  }

  async close(): Promise<void> {
    await ended(this.threads);
  }

  private gradientsOf(answer: FromWorker): StepGradients {
    if (answer.type !== 'done')
      throw new WorkerLost(`a worker answered "${answer.type}" to its part of a step`);
    return {
      loss: answer.loss,
      gradients: answer.gradients.map(({ parameter: place, rows, values }) => {
        const parameter = this.parameters[place];
        if (!parameter) throw new RangeError(`the model has no parameter ${place}`);
        return { parameter, rows, values };
      }),
    };
  }
}

async function ended(threads: readonly Worker[]): Promise<void> {
  await Promise.all(threads.map((thread) => thread.terminate()));
}

/** What one thread answers, one at a time. */
class Answers {
  private lost: WorkerLost | undefined;
  private waiting: { resolve: (answer: FromWorker) => void; reject: (error: Error) => void } | undefined;

  constructor(
    thread: Worker,
    private readonly name: string,
  ) {
    thread.on('message', (raw: unknown) => {
      const { data: answer, error } = fromWorkerSchema.safeParse(raw);
      if (error) this.lose(`answered what cannot be read: ${z.prettifyError(error)}`);
      else if (answer.type === 'failed') this.lose(`could not do its part: ${answer.message}`);
      else this.waiting?.resolve(answer);
    });
    thread.on('error', (error) =>
      this.lose(`broke: ${error instanceof Error ? error.message : String(error)}`),
    );
    thread.on('exit', (code) => this.lose(`ended with code ${code} in the midst of the training`));
  }

  next(): Promise<FromWorker> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      if (this.lost) reject(this.lost);
    });
  }

  /** The first reason counts: a thread that broke ends too. */
  private lose(reason: string): void {
    this.lost ??= new WorkerLost(`${this.name} ${reason}`);
    this.waiting?.reject(this.lost);
  }
}

function workerDataOf(
  { spec, parameters, state }: TwoTowerModel,
  { query, candidate, target, splits }: EncodedDataset,
): WorkerData {
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
    state: valuesOf(state),
  };
}

function shapeOf({ features, idFeature, entities }: EncodedTower): TowerShape {
  return { features, idFeature, entities };
}

/** A copy that threads see without one of their own. */
function shared(values: Float32Array): Float32Array {
  const copy = new Float32Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}
