/** A sweep under faults, then in peace; then what is stored of it is counted. */
import { setTimeout as pause } from 'node:timers/promises';
import { parseTrial } from '@trainyard/functions/sweeps/documents';
import { queries } from '@trainyard/functions/queries';
import { parseRun } from '@trainyard/functions/runs/repository';
import { paths, type Run, type Trial } from '@trainyard/shared';
import { randomFor } from '@trainyard/trainer-job/model/random';
import { Client } from '../faults/client.js';
import { FaultyWorld, type WorldOptions } from '../faults/faultyWorld.js';
import type { PlannedRun } from '../faults/scenario.js';
import { specOf } from '../faults/settings.js';

export interface SweepOptions extends WorldOptions {
  trials: number;
  parallel: number;
  /** How long the sweep may go on in peace before what is missing counts as lost. */
  peaceMs: number;
  onProgress: (line: string) => void;
}

export interface SweepResult {
  /** Distinct trials that have ended. */
  trials: number;
  /** Numbers that nobody claimed, trials that have not ended, and the end of the sweep where there is none. */
  lost: number;
  /** Runs of a trial beside its own, runs of two trials, ends beside the first. */
  doubled: number;
  failed: number;
  /** The most trials that ran at a time, by their claims and the ends of their runs. */
  mostParallel: number;
  kills: number;
  storeBreaks: number;
  seconds: number;
  /** What was wrong, in words. */
  findings: string[];
}

/** Its id is the scenario of the stand-in launcher: nothing befalls these runs but what befalls all. */
const MODEL = 'steady';
const MOST = 100_000;
const PROGRESS_MS = 10_000;

export async function runSweepExperiment(options: SweepOptions): Promise<SweepResult> {
  const world = await FaultyWorld.open(options, 'sweep faults', (runId) => planOf(options.seed, runId));
  try {
    return await new SweepExperiment(options, world).run();
  } finally {
    await world.close();
  }
}

class SweepExperiment {
  constructor(
    private readonly options: SweepOptions,
    private readonly world: FaultyWorld,
  ) {}

  async run(): Promise<SweepResult> {
    const { seed, trials, parallel, peaceMs, onProgress } = this.options;
    const { world } = this;
    const sweepId = await new Client(world.link.url).startSweep(MODEL, `sweep-${seed}`, {
      spec: specOf(2),
      space: { 'training.optimizer.learningRate': { min: 0.001, max: 0.5 } },
      strategy: 'random',
      maxTrials: trials,
      maxParallel: parallel,
      timeoutSeconds: 86_400,
    });
    await this.harass(sweepId);
    onProgress(world.faultsInWords());
    await world.endFaults();
    const end = Date.now() + peaceMs;
    while (!(await this.hasEnded(sweepId)) && Date.now() < end) await pause(500);
    await world.killHost();
    return this.result(sweepId);
  }

  /** Kills the host and breaks the store, again and again, until the sweep has nine tenths of its trials. */
  private async harass(sweepId: string): Promise<void> {
    const { world } = this;
    const wanted = Math.floor(this.options.trials * 0.9);
    let told = Date.now();
    for (let claimed = 0; claimed < wanted; claimed = await this.claimed(sweepId, claimed)) {
      if (Date.now() - told > PROGRESS_MS) {
        this.options.onProgress(`${claimed} trials after ${world.seconds()} s, ${world.kills} kills`);
        told = Date.now();
      }
      await world.wait(3000, 15_000);
      await world.oneFault(1000);
    }
  }

  /** The greatest number that is claimed, which is at least `from`. */
  private async claimed(sweepId: string, from: number): Promise<number> {
    const found = await this.world.store.query(queries.trials(sweepId, { after: from, limit: MOST }));
    return from + found.length;
  }

  private async hasEnded(sweepId: string): Promise<boolean> {
    return (await this.world.store.get(paths.sweepEnd(sweepId, 1))) !== undefined;
  }

  private async result(sweepId: string): Promise<SweepResult> {
    const { world } = this;
    const { store } = world;
    world.checkTrainers();
    const found = await store.query(queries.trials(sweepId, { after: 0, limit: MOST }));
    const runs = await store.query(queries.runsOfModel(MODEL, {}, { limit: MOST }));
    const trials = found.map(parseTrial);
    const counted = counts(trials, runs.map(parseRun), this.options.trials);
    const hasEnded = await this.hasEnded(sweepId);
    if (!hasEnded) counted.findings.push('lost: the end of the sweep');
    return {
      ...counted,
      lost: counted.lost + (hasEnded ? 0 : 1),
      kills: world.kills,
      storeBreaks: world.storeBreaks,
      seconds: world.seconds(),
    };
  }
}

/** What a run of a trial is like: two epochs, and a trainer who dies now and then. */
function planOf(seed: number, runId: string): PlannedRun {
  const random = randomFor(seed, runId);
  return {
    key: runId,
    scenario: random() < 0.05 ? 'dies' : 'steady',
    epochs: 2,
    startsAfterMs: 0,
    stepMs: 20 + Math.floor(random() * 60),
    troubleAtEpoch: 1,
    cancelAfterMs: 0,
  };
}

type Counts = Pick<SweepResult, 'trials' | 'lost' | 'doubled' | 'failed' | 'mostParallel' | 'findings'>;

function counts(trials: readonly Trial[], runs: readonly Run[], wanted: number): Counts {
  const findings: string[] = [];
  const numbers = new Set(trials.map(({ number }) => number));
  for (let number = 1; number <= wanted; number++)
    if (!numbers.has(number)) findings.push(`lost: trial ${number} was never claimed`);
  for (const { number, state } of trials)
    if (state === 'running') findings.push(`lost: trial ${number} has not ended`);
  const lost = findings.length;
  for (const { number } of trials)
    if (number > wanted) findings.push(`doubled: trial ${number} is one too many`);
  for (const { number, runId } of trials) {
    const own = runs.filter(({ sweep }) => sweep?.trial === number);
    for (const run of own)
      if (run.runId !== runId) findings.push(`doubled: run ${run.runId} of trial ${number}`);
  }
  return {
    trials: trials.filter(({ state, number }) => state !== 'running' && number <= wanted).length,
    lost,
    doubled: findings.length - lost,
    failed: trials.filter(({ state }) => state === 'failed').length,
    mostParallel: mostAtATime(trials),
    findings,
  };
}

/** From the claim of each trial to the end of its run. */
function mostAtATime(trials: readonly Trial[]): number {
  const changes = trials.flatMap(({ createdAt, endedAt }) => [
    { at: createdAt, by: 1 },
    ...(endedAt === null ? [] : [{ at: endedAt, by: -1 }]),
  ]);
  // Of what happens in the same millisecond, ends come first: the next trial follows from one.
  changes.sort((a, b) => a.at.localeCompare(b.at) || a.by - b.by);
  let [open, most] = [0, 0];
  for (const { by } of changes) most = Math.max(most, (open += by));
  return most;
}
