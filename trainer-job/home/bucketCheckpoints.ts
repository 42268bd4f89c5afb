/** Checkpoints are stored in a bucket in the background, in their order; training waits for none. */
import { link, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { Superseded, type Trainer } from '../train/checkpoint/checkpointOwner.js';
import {
  checkpointsIn,
  downloadCheckpoint,
  removeCheckpoint,
  uploadCheckpoint,
} from './checkpointObjects.js';
import type { BucketFolder } from '../cloud/bucketFolder.js';
import type { CheckpointHome, HomeLog, StoredCheckpoint } from './artifactHome.js';
import { BucketOwner } from './bucketOwner.js';
import { TrainerError } from '../errors/trainerError.js';

export interface BucketCheckpointsOptions {
  /** Of this run. */
  own: BucketFolder;
  /** Of the run that this one goes on from: read only. */
  earlier: BucketFolder | null;
  /** Keeps what is being stored on this machine meanwhile. On the file system of the checkpoints. */
  scratch: string;
  /** Told when a checkpoint is stored. */
  onStored(this: void, checkpoint: StoredCheckpoint): void;
  log: HomeLog;
  /** After what failed for a moment, and for several attempts already. */
  pauseMs?: number;
}

type Work = { kind: 'store'; name: string; epoch: number; folder: string } | { kind: 'remove'; name: string };

export class BucketCheckpoints implements CheckpointHome {
  private owner: BucketOwner | undefined;
  private readonly ownNames = new Set<string>();
  private earlierNames: readonly string[] = [];
  private readonly queue: Work[] = [];
  private working: Promise<void> | undefined;
  private failure: Error | undefined;
  private copies = 0;
  private readonly closing = new AbortController();
  /** The one that was stored last. */
  newest: StoredCheckpoint | null = null;

  constructor(private readonly options: BucketCheckpointsOptions) {}

  /** Single ones are brought when a training asks for them. */
  async adopt(): Promise<void> {}

  /** What is on its way is told when it is there. */
  saved(): void {}

  async claim(trainer: Trainer): Promise<void> {
    const { own, earlier, scratch, log } = this.options;
    await rm(scratch, { recursive: true, force: true });
    this.owner = await BucketOwner.claim(own, trainer);
    const { whole, halves } = await checkpointsIn(own);
    for (const name of whole) this.ownNames.add(name);
    for (const name of halves) this.add({ kind: 'remove', name });
    if (!earlier) return;
    this.earlierNames = (await checkpointsIn(earlier)).whole;
    if (this.ownNames.size > 0) return;
    const from = earlier.uri('');
    if (this.earlierNames.length > 0)
      log('info', 'going on from the checkpoints of an earlier run', { from });
    else log('warn', `${from} has no checkpoints to go on from: the training begins anew`);
  }

  check(): void {
    if (this.failure) throw this.failure;
  }

  names(): readonly string[] {
    return [...new Set([...this.ownNames, ...this.earlierNames])];
  }

  async bring(name: string, folder: string): Promise<string | undefined> {
    const { own, earlier, log } = this.options;
    const from = this.ownNames.has(name) || !earlier ? own : earlier;
    const began = performance.now();
    const reason = await downloadCheckpoint(from, name, folder);
    if (reason === undefined) {
      const seconds = (performance.now() - began) / 1000;
      log('info', `checkpoint ${name} was downloaded`, { from: from.uri(name), seconds });
    }
    return reason;
  }

  async store(name: string, folder: string, epoch: number): Promise<void> {
    const copy = join(this.options.scratch, `${name}-${++this.copies}`);
    await makeFolder(copy);
    for (const file of ['state.bin', 'checkpoint.json']) await link(join(folder, file), join(copy, file));
    this.ownNames.add(name);
    this.add({ kind: 'store', name, epoch, folder: copy });
  }

  remove(name: string): void {
    if (!this.ownNames.delete(name)) return;
    const waiting = this.queue.findIndex((work, i) => i > 0 && work.kind === 'store' && work.name === name);
    const [dropped] = waiting > 0 ? this.queue.splice(waiting, 1) : [];
    if (dropped?.kind === 'store') void rm(dropped.folder, { recursive: true, force: true });
    else this.add({ kind: 'remove', name });
  }

  /** True when all that is this attempt's to store is; false when the time was not enough, or it cannot be. */
  async flush(timeoutMs: number): Promise<boolean> {
    const late = new AbortController();
    await Promise.race([
      this.working,
      pause(timeoutMs, undefined, { signal: late.signal }).catch(() => undefined),
    ]);
    late.abort();
    return this.failure instanceof Superseded || (this.queue.length === 0 && this.failure === undefined);
  }

  /** Stores nothing any more. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.working;
  }

  private add(work: Work): void {
    this.queue.push(work);
    this.working ??= this.workOff();
  }

  /** Whatever is done stands first in the queue until it is done. */
  private async workOff(): Promise<void> {
    const { signal } = this.closing;
    for (let [work] = this.queue; work && !this.failure && !signal.aborted; [work] = this.queue) {
      try {
        await this.do(work);
        this.queue.shift();
      } catch (error) {
        if (!signal.aborted) await this.afterFailure(error);
      }
    }
    this.working = undefined;
  }

  /** What may pass is tried again; anything else is for the training to know, at its next checkpoint. */
  private async afterFailure(error: unknown): Promise<void> {
    const { log, pauseMs = 5000 } = this.options;
    if (!(error instanceof TrainerError && error.retriable)) {
      this.failure = error instanceof Error ? error : new Error(String(error));
      if (!(error instanceof Superseded)) log('warn', this.failure.message);
      return;
    }
    log('warn', `a checkpoint is not stored yet: ${error.message}`);
    await pause(pauseMs, undefined, { signal: this.closing.signal }).catch(() => undefined);
  }

  private async do(work: Work): Promise<void> {
    const own = this.options.own.until(this.closing.signal);
    const fence = async () => this.owner?.check();
    await fence();
    if (work.kind === 'remove') return removeCheckpoint(own, work.name);
    const { name, epoch, folder } = work;
    await uploadCheckpoint(own, name, folder, fence);
    await rm(folder, { recursive: true, force: true });
    this.newest = { uri: own.uri(name), epoch };
    this.options.onStored(this.newest);
  }
}
