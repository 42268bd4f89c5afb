import type { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { fromWorkerSchema, type FromWorker } from './messages.js';
import { machineFault } from '../../errors/machineFault.js';
import { TrainerError } from '../../errors/trainerError.js';

/**
 * A worker of a training is gone, or could not do its part. The attempt ends; the next one goes on from its checkpoint. Where the
 * worker said that memory was short, that is what has to change.
 */
export function workerLost(message: string): TrainerError {
  return (
    machineFault(message) ??
    new TrainerError(
      'worker-lost',
      message,
      'it goes on from the last checkpoint; where it happens again, train with fewer workers (TRAINYARD_WORKERS)',
    )
  );
}

/** What one thread answers, one at a time. */
export class Answers {
  private lost: TrainerError | undefined;
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
    this.lost ??= workerLost(`${this.name} ${reason}`);
    this.waiting?.reject(this.lost);
  }
}
