/**
 * A trainer that trains nothing and says what a real one says, with the real one's queue: callbacks numbered, signed, sent in
 * order and again until they are taken, kept on disk, and said by the next attempt where this one died.
 */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import {
  epochCompleteSchema,
  METRICS,
  metricName,
  STAGES,
  type Metrics,
  type StageName,
} from '@trainyard/shared';
import { CallbackQueue } from '@trainyard/trainer-job/report/callbackQueue';
import { CallbackSender } from '@trainyard/trainer-job/report/callbackSender';
import { JournalReader, listJournals } from '@trainyard/trainer-job/report/journal';
import type { LaunchedJob } from './jobFiles.js';
import type { PlannedRun, Scenario } from './scenario.js';

/** What all attempts of a run share: the folder of their artifacts, and what the harness remembers of what they said. */
export interface RunMemory {
  /** The newest epoch that was saved; 0 before the first. */
  checkpoint: number;
  /** The newest attempt that told of each epoch, and the metrics that it told first. */
  epochs: Map<number, { attempt: number; metrics: Metrics }>;
  /** The newest attempt that finished the training. */
  completedBy: number;
}

export interface FakeTrainerOptions {
  job: LaunchedJob;
  plan: PlannedRun;
  memory: RunMemory;
  /** Of the journals of the run's attempts. */
  folder: string;
  /** Aborted: SIGTERM. */
  terminated: AbortSignal;
  random: () => number;
}

const REQUEST_MS = 1500;
/** How long a trainer waits until its last word is heard. */
const LAST_WORD_MS = 60_000;
const FAREWELL_MS = 5_000;

/** Ends the walk through the stages; resolves to the exit code. */
class Ended extends Error {
  constructor(readonly exitCode: () => Promise<number | null>) {
    super('the trainer ends');
  }
}

/** The exit code of the attempt; null when it was killed. */
export async function runFakeTrainer(options: FakeTrainerOptions): Promise<number | null> {
  const trainer = new FakeTrainer(options);
  return trainer.run();
}

class FakeTrainer {
  private readonly queue: CallbackQueue;
  private readonly resumedFrom: number;
  private stage: StageName = 'ingest';

  constructor(private readonly options: FakeTrainerOptions) {
    const { job, folder, memory, random } = options;
    this.resumedFrom = memory.checkpoint;
    this.queue = new CallbackQueue({
      folder,
      url: job.CALLBACK_URL,
      attempt: job.ATTEMPT,
      secret: job.RUN_SECRET,
      requestTimeoutMs: REQUEST_MS,
      random: () => random() * 0.5,
      startSender: (senderOptions, events) => new CallbackSender(senderOptions, events),
      onNote: () => {},
    });
    this.rememberReplayed();
  }

  async run(): Promise<number | null> {
    const beat = setInterval(() => this.beat(), this.options.plan.heartbeatMs);
    try {
      await this.walk();
      this.options.memory.completedBy = this.options.job.ATTEMPT;
      this.sayCompleted();
      return (await this.queue.flush(LAST_WORD_MS)) === 'acknowledged' ? 0 : 75;
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
      clearInterval(beat);
      return await error.exitCode();
    } finally {
      clearInterval(beat);
      await this.queue.close();
    }
  }

  /** What the attempts before could not deliver, this one tells in its own name, before it trains any of it again. */
  private rememberReplayed(): void {
    const { folder, job, memory } = this.options;
    for (const journal of listJournals(folder).filter(({ attempt }) => attempt === job.ATTEMPT)) {
      const reader = new JournalReader(journal, 0);
      for (let next = reader.next(); next; next = reader.next()) {
        const { kind, body } = next.entry;
        if (kind !== 'epoch-complete') continue;
        const { epoch, attempt, metrics } = epochCompleteSchema.parse(body);
        remember(memory, epoch, attempt, metrics);
      }
      reader.close();
    }
  }

  private async walk(): Promise<void> {
    for (const stage of STAGES) {
      this.stage = stage;
      this.beat();
      if (stage === 'validate') this.refuseData();
      if (stage === 'train') await this.train();
      else await this.step();
      const seconds = this.options.plan.stepMs / 1000;
      this.queue.enqueue('stage-complete', {
        stage,
        seconds,
        cacheHit: false,
        counts: {},
        detail: '',
        warnings: [],
      });
    }
  }

  private async train(): Promise<void> {
    const { plan, memory, job } = this.options;
    for (let epoch = this.resumedFrom + 1; epoch <= plan.epochs; epoch++) {
      await this.step();
      if (job.ATTEMPT === 1 && epoch === plan.troubleAtEpoch) this.getIntoTrouble();
      const metrics = {
        [metricName(METRICS.loss, 'training')]: 10 / epoch + job.ATTEMPT / 1000,
        [metricName(METRICS.loss, 'validation')]: plan.loss / epoch,
      };
      remember(memory, epoch, job.ATTEMPT, metrics);
      this.queue.enqueue('epoch-complete', {
        epoch,
        metrics,
        seconds: plan.stepMs / 1000,
        examples: 1000,
        examplesPerSecond: 1000,
      });
      if (epoch % 2 === 0) this.save(epoch, false, 'periodic');
    }
  }

  /** A stage or an epoch passes, unless somebody wants the trainer to stop. */
  private async step(): Promise<void> {
    const { plan, terminated } = this.options;
    await pause(plan.stepMs);
    if (this.queue.stopRequested()) throw this.stops('stopped', 143);
    if (terminated.aborted) throw this.stops('preempted', 143);
  }

  private refuseData(): void {
    const { scenario } = this.options.plan;
    if (scenario === 'speechless') throw new Ended(async () => 2);
    if (scenario === 'rejected') throw this.fails('bad-data', false, 2);
  }

  private getIntoTrouble(): void {
    const { terminated } = this.options;
    const troubles: Partial<Record<Scenario, () => Ended>> = {
      dies: () => new Ended(async () => null),
      silent: () =>
        new Ended(async () => {
          await this.queue.close();
          if (!terminated.aborted) await once(terminated, 'abort');
          return null;
        }),
      retriable: () => this.fails('no-memory', true, 75),
      preempted: () => this.stops('preempted', 143),
      'time-limit': () => this.stops('timeLimit', 75),
    };
    const trouble = troubles[this.options.plan.scenario]?.();
    if (trouble) throw trouble;
  }

  private fails(code: string, retriable: boolean, exitCode: number): Ended {
    const error = { code, message: 'as planned', stage: this.stage, remedy: null };
    return this.lastWord(() => this.queue.enqueue('failed', { error, retriable }), LAST_WORD_MS, exitCode);
  }

  private stops(reason: 'stopped' | 'preempted' | 'timeLimit', exitCode: number): Ended {
    return this.lastWord(
      () => this.save(this.options.memory.checkpoint, true, reason),
      FAREWELL_MS,
      exitCode,
    );
  }

  private lastWord(say: () => void, waitMs: number, exitCode: number): Ended {
    return new Ended(async () => {
      say();
      await this.queue.flush(waitMs);
      return exitCode;
    });
  }

  private save(epoch: number, final: boolean, reason: 'periodic' | 'stopped' | 'preempted' | 'timeLimit') {
    const { memory, job } = this.options;
    memory.checkpoint = Math.max(memory.checkpoint, epoch);
    const uri = `file:///checkpoints/${job.RUN_ID}/${epoch}`;
    this.queue.enqueue('checkpointed', { uri: epoch === 0 ? null : uri, epoch, final, reason });
  }

  private sayCompleted(): void {
    const { plan, job } = this.options;
    this.queue.enqueue('completed', {
      result: {
        metrics: { test_attempt: job.ATTEMPT },
        baselines: {},
        artifacts: {},
        epochsTrained: plan.epochs,
        bestEpoch: plan.epochs,
        earlyStoppedAtEpoch: null,
        backend: 'cpu',
        examplesPerSecond: 1000,
      },
    });
  }

  private beat(): void {
    this.queue.heartbeat({
      stage: this.stage,
      progress: { fraction: 0.5, step: null, totalSteps: null, examplesPerSecond: null },
      resources: null,
    });
  }
}

/** The newest attempt speaks for the run, and what it said first stands. */
function remember({ epochs }: RunMemory, epoch: number, attempt: number, metrics: Metrics): void {
  if ((epochs.get(epoch)?.attempt ?? 0) < attempt) epochs.set(epoch, { attempt, metrics });
}
