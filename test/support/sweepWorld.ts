/** What a sweep meets: a bus whose events come late, twice or never, and trainers that take an epoch a step. */
import {
  isTerminal,
  metricName,
  METRICS,
  paths,
  sweepRequestSchema,
  type Parameters,
  type RunCallback,
  type Sweep,
  type Trial,
} from '@trainyard/shared';
import { consumeEvent } from '../../functions/sweeps/consumeEvent.js';
import { createSweep } from '../../functions/sweeps/createSweep.js';
import { readSweep } from '../../functions/sweeps/documents.js';
import { readTrials } from '../../functions/sweeps/history.js';
import { reconcileSweeps } from '../../functions/sweeps/reconcileSweeps.js';
import { recordCallbacks } from '../../functions/runs/recordCallback.js';
import { readRun } from '../../functions/runs/repository.js';
import { RESULT, trainer, type TestCallback } from './callbacks.js';
import type { TestControlPlane } from './controlPlane.js';
import { EXAMPLE_SPEC } from './newRun.js';

const OBJECTIVE = metricName(METRICS.loss, 'validation');

const always = (): number => 1;

export interface WorldOptions {
  /** The objective after an epoch; `fails` where the run ends with an error. */
  objectiveOf?: (parameters: Parameters, epoch: number, trial: number) => number | 'fails';
  epochs?: number;
  /** How often an event is delivered; once unless given. */
  deliveries?: () => number;
}

/** A run as its trainer goes on with it. */
interface Work {
  says: ReturnType<typeof trainer>;
  epoch: number;
}

export class SweepWorld {
  /** The most trials that were open at a time, as far as anybody looked. */
  mostOpen = 0;
  private heard = 0;
  private readonly work = new Map<string, Work>();

  constructor(
    readonly cp: TestControlPlane,
    private readonly options: WorldOptions = {},
  ) {}

  /** Requests a sweep of the example specification. */
  async start(request: object, modelId = 'demo'): Promise<Sweep> {
    const parsed = sweepRequestSchema.parse({ spec: EXAMPLE_SPEC, ...request });
    const asked = { modelId, request: parsed, by: 'test', idempotencyKey: undefined };
    const { outcome } = await createSweep(this.cp, asked, () => undefined);
    return this.sweep(outcome.sweepId);
  }

  trials(sweepId: string): Promise<Trial[]> {
    return readTrials(this.cp.store, sweepId);
  }

  async sweep(sweepId: string): Promise<Sweep> {
    const found = await readSweep(this.cp.store, sweepId);
    if (!found) throw new Error(`there is no sweep ${sweepId}`);
    return found;
  }

  /** Delivers what was published since. */
  async deliver(): Promise<void> {
    const fresh = this.cp.bus.published.slice(this.heard);
    this.heard = this.cp.bus.published.length;
    const deliveries = fresh.flatMap((event) =>
      Array.from({ length: this.options.deliveries?.() ?? 1 }, () => event),
    );
    await Promise.all(deliveries.map((event) => consumeEvent(this.cp, event)));
  }

  /** Each open trial trains one epoch more, or ends. */
  async train(sweepId: string): Promise<void> {
    const open = (await this.trials(sweepId)).filter(({ state }) => state === 'running');
    this.mostOpen = Math.max(this.mostOpen, open.length);
    for (const trial of open) if (trial.runId !== null) await this.trainEpoch(trial, trial.runId);
  }

  /** Until the sweep has ended or nothing happens any more; what events lost, reconcile finds. */
  async run(sweepId: string, { steps = 400 }: { steps?: number } = {}): Promise<void> {
    for (let step = 0; step < steps; step++) {
      await this.deliver();
      if (await this.hasEnded(sweepId)) return;
      await this.train(sweepId);
      if (this.options.deliveries && step % 3 === 2) await reconcileSweeps(this.cp);
    }
  }

  async hasEnded(sweepId: string): Promise<boolean> {
    const { round } = await this.sweep(sweepId);
    return (await this.cp.store.get(paths.sweepEnd(sweepId, round))) !== undefined;
  }

  private async trainEpoch(trial: Trial, runId: string): Promise<void> {
    const run = await readRun(this.cp.store, runId);
    if (!run || isTerminal(run.status)) return;
    const work = this.work.get(runId) ?? { says: trainer(), epoch: 0 };
    this.work.set(runId, work);
    const { objectiveOf = always, epochs = 1 } = this.options;
    const { says } = work;
    if (run.status === 'cancelling') return this.send(runId, says.checkpointed(work.epoch, 'stopped'));
    if (work.epoch === epochs) return this.send(runId, completed(says, this.value(trial, epochs)));
    const value = objectiveOf(trial.parameters, work.epoch + 1, trial.number);
    if (value === 'fails') return this.send(runId, says.failed(false));
    work.epoch++;
    const told = says.epoch(work.epoch);
    await this.send(runId, {
      ...told,
      body: { ...told.body, metrics: { [OBJECTIVE]: value } },
    } as TestCallback);
  }

  private value({ parameters, number }: Trial, epoch: number): number {
    const value = (this.options.objectiveOf ?? always)(parameters, epoch, number);
    return value === 'fails' ? NaN : value;
  }

  private async send(runId: string, { id, kind, body }: TestCallback): Promise<void> {
    const callback = { type: 'callback', kind, body } as RunCallback;
    await recordCallbacks(this.cp, runId, 1, [{ id, callback }]);
  }
}

function completed(says: ReturnType<typeof trainer>, value: number): TestCallback {
  return says.completed({ ...RESULT, metrics: { [OBJECTIVE]: value }, epochsTrained: 1, bestEpoch: 1 });
}
