/** Runs under faults, then in peace, then under the eyes of the judge. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DocumentStore } from '@trainyard/functions/ports/documentStore/documentStore';
import { openFirestoreDocumentStore } from '@trainyard/functions/ports/documentStore/firestoreDocumentStore';
import { openSqliteDocumentStore } from '@trainyard/functions/ports/documentStore/sqliteDocumentStore';
import { isTerminal, paths } from '@trainyard/shared';
import { readRun } from '@trainyard/functions/runs/repository';
import { randomFor, type Random } from '@trainyard/trainer-job/model/random';
import { Client } from './client.js';
import { gatherEvidence } from './evidence.js';
import { openFaultyLink, type FaultyLink } from './faultyLink.js';
import { Host } from './host.js';
import { planRuns, type PlannedRun } from './scenario.js';
import type { StoreSettings } from '../stores/storeAndBus.js';
import { files } from './settings.js';
import { Trainers } from './trainers.js';
import { judge, type Finding } from './verdict.js';

export interface ExperimentOptions {
  seed: number;
  runs: number;
  /** The runs are started over this time; as long as it lasts, and until most have ended, there are faults. */
  spreadMs: number;
  /** An empty folder. */
  folder: string;
  stores: StoreSettings;
  /** The built entry of the host's process. */
  hostProgram: string;
  /** How long runs may go on in peace before they count as unfinished. */
  peaceMs: number;
  onProgress: (line: string) => void;
}

export interface ExperimentResult {
  runs: number;
  findings: Finding[];
  kills: number;
  storeBreaks: number;
  /** What the link did, and how often. */
  link: Record<string, number>;
  /** How the runs ended. */
  ends: Record<string, number>;
  attempts: number;
  outboxLeft: number;
  seconds: number;
  /** From the last fault to the end of the last run; 0 where all had ended before. */
  secondsToRest: number;
}

export async function runExperiment(options: ExperimentOptions): Promise<ExperimentResult> {
  const experiment = new Experiment(options);
  try {
    return await experiment.run();
  } finally {
    await experiment.close();
  }
}

class Experiment {
  private readonly host: Host;
  private readonly random: Random;
  private readonly plans = new Map<string, PlannedRun>();
  private readonly began = Date.now();
  private link: FaultyLink | undefined;
  private trainers: Trainers | undefined;
  private store: DocumentStore | undefined;
  private starts = 0;
  private kills = 0;
  private storeBreaks = 0;
  private lastFault = this.began;

  constructor(private readonly options: ExperimentOptions) {
    this.host = new Host(options.hostProgram);
    this.random = randomFor(options.seed, 'faults');
  }

  async run(): Promise<ExperimentResult> {
    const { seed, runs, spreadMs, folder, peaceMs, onProgress } = this.options;
    for (const name of [files.jobs, files.journals]) mkdirSync(join(folder, name), { recursive: true });
    const link = await openFaultyLink(() => this.host.address, randomFor(seed, 'link'));
    this.link = link;
    const trainers = new Trainers({
      jobs: join(folder, files.jobs),
      journals: join(folder, files.journals),
      planOf: (runId) => this.plans.get(runId),
      random: randomFor(seed, 'trainers'),
    });
    this.trainers = trainers;
    await this.startHost(true);
    const store = await this.openStore();
    this.store = store;

    const lives = Promise.all(planRuns(seed, runs, spreadMs).map((plan) => this.live(plan, link.url)));
    await this.harass(store, runs);
    onProgress(
      `faults end after ${this.seconds()} s: ${this.kills} kills, ${this.storeBreaks} breaks of the store`,
    );
    link.faulty = false;
    await this.host.kill();
    this.lastFault = Date.now();
    await this.startHost(false);
    await lives;
    await waitFor(() => this.isQuiet(store, link, trainers), peaceMs);
    onProgress(
      `quiet after ${this.seconds()} s: ${trainers.count} trainers, ${link.underWay()} requests, ${await this.open(store)} runs`,
    );
    const outboxLeft = (await store.query({ collection: paths.outbox })).length;
    await this.host.kill();
    return this.result(store, trainers, link, outboxLeft);
  }

  async close(): Promise<void> {
    await this.host.kill();
    await this.trainers?.stop();
    await this.link?.close();
    await this.store?.close();
  }

  /** One run: its start, and its cancellation where it is planned. */
  private async live(plan: PlannedRun, url: string): Promise<void> {
    await pause(plan.startsAfterMs);
    const client = new Client(url);
    const runId = await client.start(plan);
    this.plans.set(runId, plan);
    if (plan.scenario !== 'cancelled') return;
    await pause(plan.cancelAfterMs);
    await client.cancel(runId);
  }

  /** Kills the host and breaks the store, again and again, until all runs were started and most of them have ended. */
  private async harass(store: DocumentStore, runs: number): Promise<void> {
    // A busy machine takes long to start the first host: that is not counted.
    const end = Date.now() + this.options.spreadMs * 2;
    while (Date.now() < end && (this.plans.size < runs || (await this.open(store)) > runs / 10)) {
      await pause(200 + this.random() * 1200);
      if (this.random() < 0.6) {
        await this.host.kill();
        this.kills++;
        await pause(this.random() * 500);
        await this.startHost(true);
      } else {
        this.storeBreaks++;
        this.host.setStore(this.random() < 0.5 ? 'refusing' : 'forgetting');
        await pause(300 + this.random() * 2000);
        this.host.setStore('whole');
      }
    }
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

  /** Runs that were started and have not ended. */
  private async open(store: DocumentStore): Promise<number> {
    const found = await Promise.all([...this.plans.keys()].map((runId) => readRun(store, runId)));
    return found.filter((run) => run && !isTerminal(run.status)).length;
  }

  private async isQuiet(store: DocumentStore, link: FaultyLink, trainers: Trainers): Promise<boolean> {
    if (trainers.count > 0 || link.underWay() > 0 || (await this.open(store)) > 0) return false;
    const left = [paths.outbox, paths.registrations].map((collection) =>
      store.query({ collection, limit: 1 }),
    );
    return (await Promise.all(left)).every(({ length }) => length === 0);
  }

  private async result(
    store: DocumentStore,
    trainers: Trainers,
    link: FaultyLink,
    outboxLeft: number,
  ): Promise<ExperimentResult> {
    if (trainers.errors.length > 0) throw new AggregateError(trainers.errors, 'a fake trainer broke down');
    const now = Date.now();
    const evidence = await gatherEvidence(this.options.folder, store, this.plans, trainers);
    const ends: Record<string, number> = {};
    for (const { run } of evidence) ends[run.status] = (ends[run.status] ?? 0) + 1;
    return {
      runs: this.plans.size,
      findings: evidence.flatMap(judge),
      kills: this.kills,
      storeBreaks: this.storeBreaks,
      link: link.counts,
      ends,
      attempts: evidence.reduce((sum, { run }) => sum + run.attempt, 0),
      outboxLeft,
      seconds: this.seconds(),
      secondsToRest: secondsBetween(
        this.lastFault,
        Math.max(...evidence.map(({ run }) => (run.endedAt === null ? now : Date.parse(run.endedAt)))),
      ),
    };
  }

  private seconds(): number {
    return Math.round((Date.now() - this.began) / 1000);
  }
}

function secondsBetween(from: number, to: number): number {
  return Math.round(Math.max(0, to - from) / 1000);
}

/** Polls until it holds or the time is over; what does not hold by then shows in the verdict. */
async function waitFor(holds: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await holds()) && Date.now() < end) await pause(200);
}
