import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runFakeTrainer, type RunMemory } from './fakeTrainer.js';
import { JobFiles } from './jobFiles.js';
import type { PlannedRun } from './scenario.js';

const POLL_MS = 30;

export interface TrainersOptions {
  /** Of the jobs' files, and of the journals. */
  jobs: string;
  journals: string;
  /** The plan of a run, once it is known; a job may be there before the answer to its start. */
  planOf: (runId: string) => PlannedRun | undefined;
  random: () => number;
}

/** The platform's machines: starts a trainer for each job that appears, and tells it of its cancellation. */
export class Trainers {
  /** By run id. */
  readonly memories = new Map<string, RunMemory>();
  /** How the trainers of this process ended that should not have ended so. */
  readonly errors: unknown[] = [];
  private readonly files: JobFiles;
  private readonly known = new Set<string>();
  private readonly working = new Map<string, AbortController>();
  private readonly stopping = new AbortController();
  private readonly loop: Promise<void>;

  constructor(private readonly options: TrainersOptions) {
    this.files = new JobFiles(options.jobs);
    this.loop = this.poll();
  }

  /** Trainers that have not ended. */
  get count(): number {
    return this.working.size;
  }

  /** The names of the jobs that were started. */
  get started(): ReadonlySet<string> {
    return this.known;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    for (const termination of this.working.values()) termination.abort();
    await this.loop;
  }

  private async poll(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      for (const name of this.files.names()) {
        if (!this.known.has(name)) this.begin(name);
        else if (this.working.has(name) && this.files.isCancelled(name)) this.working.get(name)?.abort();
      }
      await pause(POLL_MS);
    }
  }

  private begin(name: string): void {
    const job = this.files.read(name);
    const plan = this.options.planOf(job.RUN_ID);
    if (!plan) return;
    this.known.add(name);
    const termination = new AbortController();
    this.working.set(name, termination);
    const ended = runFakeTrainer({
      job,
      plan,
      memory: this.memoryOf(job.RUN_ID),
      folder: join(this.options.journals, job.RUN_ID),
      terminated: termination.signal,
      random: this.options.random,
    });
    ended
      .then((exitCode) => this.files.end(name, exitCode))
      .catch((error: unknown) => this.errors.push(error))
      .finally(() => this.working.delete(name));
  }

  private memoryOf(runId: string): RunMemory {
    const memory = this.memories.get(runId) ?? { checkpoint: 0, epochs: new Map(), completedBy: 0 };
    this.memories.set(runId, memory);
    return memory;
  }
}
