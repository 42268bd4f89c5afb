/** A sweep under faults, then in peace; then what is stored of it is counted. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DocumentStore } from '@trainyard/functions/ports/documentStore/documentStore';
import { openFirestoreDocumentStore } from '@trainyard/functions/ports/documentStore/firestoreDocumentStore';
import { openSqliteDocumentStore } from '@trainyard/functions/ports/documentStore/sqliteDocumentStore';
import { parseTrial } from '@trainyard/functions/sweeps/documents';
import { queries } from '@trainyard/functions/queries';
import { parseRun } from '@trainyard/functions/runs/repository';
import { paths, type Run, type Trial } from '@trainyard/shared';
import { randomFor, type Random } from '@trainyard/trainer-job/model/random';
import { Client } from '../faults/client.js';
import { openFaultyLink, type FaultyLink } from '../faults/faultyLink.js';
import { Host } from '../faults/host.js';
import type { PlannedRun } from '../faults/scenario.js';
import { files, specOf } from '../faults/settings.js';
import { Trainers } from '../faults/trainers.js';
import type { StoreSettings } from '../stores/storeAndBus.js';

export interface SweepOptions {
  seed: number;
  trials: number;
  parallel: number;
  /** An empty folder. */
  folder: string;
  stores: StoreSettings;
  /** The built entry of the host's process. */
  hostProgram: string;
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
  const experiment = new SweepExperiment(options);
  try {
    return await experiment.run();
  } finally {
    await experiment.close();
  }
}

class SweepExperiment {
  private readonly host: Host;
  private readonly random: Random;
  private readonly began = Date.now();
  private link: FaultyLink | undefined;
  private trainers: Trainers | undefined;
  private store: DocumentStore | undefined;
  private starts = 0;
  private kills = 0;
  private storeBreaks = 0;

  constructor(private readonly options: SweepOptions) {
    this.host = new Host(options.hostProgram);
    this.random = randomFor(options.seed, 'sweep faults');
  }

  async run(): Promise<SweepResult> {
    const { seed, trials, parallel, folder, peaceMs, onProgress } = this.options;
    for (const name of [files.jobs, files.journals]) mkdirSync(join(folder, name), { recursive: true });
    const link = await openFaultyLink(() => this.host.address, randomFor(seed, 'link'));
    this.link = link;
    this.trainers = new Trainers({
      jobs: join(folder, files.jobs),
      journals: join(folder, files.journals),
      planOf: (runId) => planOf(seed, runId),
      random: randomFor(seed, 'trainers'),
    });
    await this.startHost(true);
    const store = await this.openStore();
    this.store = store;
    const sweepId = await new Client(link.url).startSweep(MODEL, `sweep-${seed}`, {
      spec: specOf(2),
      space: { 'training.optimizer.learningRate': { min: 0.001, max: 0.5 } },
      strategy: 'random',
      maxTrials: trials,
      maxParallel: parallel,
      timeoutSeconds: 86_400,
    });
    await this.harass(store, sweepId);
    onProgress(
      `faults end after ${this.seconds()} s: ${this.kills} kills, ${this.storeBreaks} breaks of the store`,
    );
    link.faulty = false;
    await this.host.kill();
    await this.startHost(false);
    const end = Date.now() + peaceMs;
    while (!(await this.hasEnded(store, sweepId)) && Date.now() < end) await pause(500);
    await this.host.kill();
    return this.result(store, sweepId);
  }

  async close(): Promise<void> {
    await this.host.kill();
    await this.trainers?.stop();
    await this.link?.close();
    await this.store?.close();
  }

  /** Kills the host and breaks the store, again and again, until the sweep has nine tenths of its trials. */
  private async harass(store: DocumentStore, sweepId: string): Promise<void> {
    const wanted = Math.floor(this.options.trials * 0.9);
    let told = Date.now();
    for (let claimed = 0; claimed < wanted; claimed = await this.claimed(store, sweepId, claimed)) {
      if (Date.now() - told > PROGRESS_MS) {
        this.options.onProgress(`${claimed} trials after ${this.seconds()} s, ${this.kills} kills`);
        told = Date.now();
      }
      await pause(3000 + this.random() * 15_000);
      if (this.random() < 0.6) {
        await this.host.kill();
        this.kills++;
        await pause(this.random() * 500);
        await this.startHost(true);
      } else {
        this.storeBreaks++;
        this.host.setStore(this.random() < 0.5 ? 'refusing' : 'forgetting');
        await pause(300 + this.random() * 1000);
        this.host.setStore('whole');
      }
    }
  }

  /** The greatest number that is claimed, which is at least `from`. */
  private async claimed(store: DocumentStore, sweepId: string, from: number): Promise<number> {
    const found = await store.query(queries.trials(sweepId, { after: from, limit: MOST }));
    return from + found.length;
  }

  private async hasEnded(store: DocumentStore, sweepId: string): Promise<boolean> {
    return (await store.get(paths.sweepEnd(sweepId, 1))) !== undefined;
  }

  private async startHost(faulty: boolean): Promise<void> {
    const { folder, stores, seed } = this.options;
    const publicUrl = this.link?.url ?? '';
    await this.host.start({ folder, publicUrl, stores, faulty, seed: seed + ++this.starts });
  }

  private async openStore(): Promise<DocumentStore> {
    const { stores, folder } = this.options;
    return stores.kind === 'sqlite'
      ? openSqliteDocumentStore(join(folder, files.documents))
      : openFirestoreDocumentStore({ projectId: stores.projectId, emulator: stores.firestore });
  }

  private async result(store: DocumentStore, sweepId: string): Promise<SweepResult> {
    const errors = this.trainers?.errors ?? [];
    if (errors.length > 0) throw new AggregateError(errors, 'a fake trainer broke down');
    const found = await store.query(queries.trials(sweepId, { after: 0, limit: MOST }));
    const runs = await store.query(queries.runsOfModel(MODEL, {}, { limit: MOST }));
    const trials = found.map(parseTrial);
    const counted = counts(trials, runs.map(parseRun), this.options.trials);
    const hasEnded = await this.hasEnded(store, sweepId);
    if (!hasEnded) counted.findings.push('lost: the end of the sweep');
    return {
      ...counted,
      lost: counted.lost + (hasEnded ? 0 : 1),
      kills: this.kills,
      storeBreaks: this.storeBreaks,
      seconds: this.seconds(),
    };
  }

  private seconds(): number {
    return Math.round((Date.now() - this.began) / 1000);
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
