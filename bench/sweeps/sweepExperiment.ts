/** Two sweeps under faults, then in peace; then what is stored of them is counted. One is to have all of its trials, the other a budget. */
import { setTimeout as pause } from 'node:timers/promises';
import { parseTrial, readEnd } from '@trainyard/functions/sweeps/documents';
import { queries } from '@trainyard/functions/queries';
import { parseRun } from '@trainyard/functions/runs/repository';
import type { Run, SweepEnd, Trial } from '@trainyard/shared';
import { randomFor } from '@trainyard/trainer-job/model/random';
import { Client } from '../faults/client.js';
import { FaultyWorld, type WorldOptions } from '../faults/faultyWorld.js';
import type { PlannedRun } from '../faults/scenario.js';
import { specOf } from '../faults/settings.js';
import { countBudget, countTrials, type BudgetCounts, type SweepCounts } from './sweepVerdict.js';

export interface SweepOptions extends WorldOptions {
  trials: number;
  parallel: number;
  /** How long the sweeps may go on in peace before what is missing counts as lost. */
  peaceMs: number;
  onProgress: (line: string) => void;
}

export interface SweepResult extends SweepCounts {
  budget: BudgetCounts & { trials: number; usd: number };
  kills: number;
  storeBreaks: number;
  seconds: number;
}

/** Its id is the scenario of the stand-in launcher: nothing befalls these runs but what befalls all. */
const MODEL = 'steady';
const MOST = 100_000;
const PROGRESS_MS = 10_000;
const POLL_MS = 500;
/** After this time without a new trial, a sweep is left in peace. */
const STALLED_MS = 120_000;
/** Enough that most trials that fall behind are told to stop before they are through. */
const EPOCHS = 6;
/** Trainers that die are found by their jobs. On a busy machine a host takes long to come back, and that is none of their silence. */
const SILENCE_SECONDS = 120;
/** At a cent a second, a twentieth of the trials of the other sweep and more. */
const BUDGET_USD_PER_TRIAL = 0.002;
const BUDGET_PARALLEL = 5;

export async function runSweepExperiment(options: SweepOptions): Promise<SweepResult> {
  const world = await FaultyWorld.open(options, 'sweep faults', (runId) => planOf(options.seed, runId));
  try {
    return await new SweepExperiment(options, world).run();
  } finally {
    await world.close();
  }
}

class SweepExperiment {
  private readonly budgetUsd: number;

  constructor(
    private readonly options: SweepOptions,
    private readonly world: FaultyWorld,
  ) {
    this.budgetUsd = Math.max(0.05, options.trials * BUDGET_USD_PER_TRIAL);
  }

  async run(): Promise<SweepResult> {
    const { parallel, peaceMs, onProgress } = this.options;
    const { world } = this;
    const all = await this.start('all', { maxParallel: parallel });
    const limits = { maxParallel: BUDGET_PARALLEL, budgetUsd: this.budgetUsd };
    const budgeted = await this.start('budget', limits);
    await this.harass(all);
    onProgress(world.faultsInWords());
    await world.endFaults();
    const end = Date.now() + peaceMs;
    for (const sweepId of [all, budgeted])
      while (!(await this.endOf(sweepId)) && Date.now() < end) await pause(500);
    await world.killHost();
    world.checkTrainers();
    return this.result(all, budgeted);
  }

  private start(name: string, limits: object): Promise<string> {
    const { seed, trials } = this.options;
    const spec = specOf(EPOCHS);
    return new Client(this.world.link.url).startSweep(MODEL, `sweep-${name}-${seed}`, {
      spec: { ...spec, compute: { ...spec.compute, heartbeatTimeoutSeconds: SILENCE_SECONDS } },
      space: { 'training.optimizer.learningRate': { min: 0.001, max: 0.5 } },
      strategy: 'random',
      pruner: 'asha',
      maxTrials: trials,
      timeoutSeconds: 86_400,
      ...limits,
    });
  }

  /**
   * Kills the host and breaks the store, again and again, until the sweep has nine tenths of its trials, or gets no further. Faults come by
   * the number of trials and not by the clock: on a slow machine hosts would do nothing but start.
   */
  private async harass(sweepId: string): Promise<void> {
    const { world } = this;
    const { seed, trials, parallel, onProgress } = this.options;
    const random = randomFor(seed, 'pace of faults');
    const wanted = Math.floor(trials * 0.9);
    let told = Date.now();
    for (let claimed = 0; claimed < wanted;) {
      const next = claimed + Math.ceil(parallel * (0.5 + random()));
      claimed = await this.reached(sweepId, claimed, Math.min(next, wanted));
      if (claimed < Math.min(next, wanted)) return onProgress(`no more than ${claimed} trials are claimed`);
      if (Date.now() - told > PROGRESS_MS) {
        onProgress(`${claimed} trials after ${world.seconds()} s, ${world.kills} kills`);
        told = Date.now();
      }
      await world.oneFault(1000);
    }
  }

  /** How many are claimed, once it is as many as wanted or nothing has happened for long. */
  private async reached(sweepId: string, from: number, wanted: number): Promise<number> {
    let claimed = from;
    for (let last = Date.now(); claimed < wanted && Date.now() - last < STALLED_MS;) {
      await pause(POLL_MS);
      const now = await this.claimed(sweepId, claimed);
      if (now > claimed) last = Date.now();
      claimed = now;
    }
    return claimed;
  }

  /** The greatest number that is claimed, which is at least `from`. */
  private async claimed(sweepId: string, from: number): Promise<number> {
    return from + (await this.trialsOf(sweepId, from)).length;
  }

  private async trialsOf(sweepId: string, after = 0): Promise<Trial[]> {
    return (await this.world.store.query(queries.trials(sweepId, { after, limit: MOST }))).map(parseTrial);
  }

  private endOf(sweepId: string): Promise<SweepEnd | undefined> {
    return readEnd(this.world.store, { sweepId, round: 1 });
  }

  private async result(all: string, budgeted: string): Promise<SweepResult> {
    const { world, budgetUsd } = this;
    const runs = (await world.store.query(queries.runsOfModel(MODEL, {}, { limit: MOST }))).map(parseRun);
    const counts = await this.counted(all, runs, 'maxTrials');
    const cheap = await this.counted(budgeted, runs, 'budget');
    const budget = countBudget(await this.trialsOf(budgeted), budgetUsd);
    return {
      ...counts,
      lost: counts.lost + cheap.lost,
      doubled: counts.doubled + cheap.doubled,
      findings: [...counts.findings, ...cheap.findings, ...budget.findings],
      budget: { ...budget, trials: cheap.trials, usd: budgetUsd },
      kills: world.kills,
      storeBreaks: world.storeBreaks,
      seconds: world.seconds(),
    };
  }

  private async counted(
    sweepId: string,
    runs: readonly Run[],
    reason: SweepEnd['reason'],
  ): Promise<SweepCounts> {
    const own = runs.filter(({ sweep }) => sweep?.sweepId === sweepId);
    const wanted = reason === 'maxTrials' ? this.options.trials : null;
    const counts = countTrials(await this.trialsOf(sweepId), own, wanted);
    const end = await this.endOf(sweepId);
    if (!end)
      return {
        ...counts,
        lost: counts.lost + 1,
        findings: [...counts.findings, `lost: the end by ${reason}`],
      };
    if (end.reason !== reason) counts.findings.push(`wrong: ended by ${end.reason} instead of ${reason}`);
    if (end.trials !== counts.trials) counts.findings.push(`wrong: its end tells of ${end.trials} trials`);
    return counts;
  }
}

/** What a run of a trial is like: a few epochs, better or worse than those of others, and a trainer who dies now and then. */
function planOf(seed: number, runId: string): PlannedRun {
  const random = randomFor(seed, runId);
  return {
    key: runId,
    scenario: random() < 0.05 ? 'dies' : 'steady',
    epochs: EPOCHS,
    startsAfterMs: 0,
    stepMs: 50 + Math.floor(random() * 100),
    heartbeatMs: 2000,
    troubleAtEpoch: 1,
    cancelAfterMs: 0,
    loss: 5 + 10 * random(),
  };
}
