/** Runs under faults, then in peace, then under the eyes of the judge. */
import { setTimeout as pause } from 'node:timers/promises';
import { isTerminal, paths } from '@trainyard/shared';
import { readRun } from '@trainyard/functions/runs/repository';
import { Client } from './client.js';
import { gatherEvidence } from './evidence.js';
import { FaultyWorld, type WorldOptions } from './faultyWorld.js';
import { planRuns, type PlannedRun } from './scenario.js';
import { judge, type Finding } from './verdict.js';

export interface ExperimentOptions extends WorldOptions {
  runs: number;
  /** The runs are started over this time; as long as it lasts, and until most have ended, there are faults. */
  spreadMs: number;
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
  const plans = new Map<string, PlannedRun>();
  const world = await FaultyWorld.open(options, 'faults', (runId) => plans.get(runId));
  try {
    return await new Experiment(options, world, plans).run();
  } finally {
    await world.close();
  }
}

class Experiment {
  private lastFault = Date.now();

  constructor(
    private readonly options: ExperimentOptions,
    private readonly world: FaultyWorld,
    private readonly plans: Map<string, PlannedRun>,
  ) {}

  async run(): Promise<ExperimentResult> {
    const { seed, runs, spreadMs, peaceMs, onProgress } = this.options;
    const { world } = this;
    const { store, link, trainers } = world;
    const lives = Promise.all(planRuns(seed, runs, spreadMs).map((plan) => this.live(plan, link.url)));
    await this.harass(runs);
    onProgress(world.faultsInWords());
    await world.endFaults(() => (this.lastFault = Date.now()));
    await lives;
    await waitFor(() => this.isQuiet(), peaceMs);
    onProgress(
      `quiet after ${world.seconds()} s: ${trainers.count} trainers, ${link.underWay()} requests, ${await this.open()} runs`,
    );
    const outboxLeft = (await store.query({ collection: paths.outbox })).length;
    await world.killHost();
    return this.result(outboxLeft);
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
  private async harass(runs: number): Promise<void> {
    // A busy machine takes long to start the first host: that is not counted.
    const end = Date.now() + this.options.spreadMs * 2;
    while (Date.now() < end && (this.plans.size < runs || (await this.open()) > runs / 10)) {
      await this.world.wait(200, 1200);
      await this.world.oneFault(2000);
    }
  }

  /** Runs that were started and have not ended. */
  private async open(): Promise<number> {
    const { store } = this.world;
    const found = await Promise.all([...this.plans.keys()].map((runId) => readRun(store, runId)));
    return found.filter((run) => run && !isTerminal(run.status)).length;
  }

  private async isQuiet(): Promise<boolean> {
    const { store, link, trainers } = this.world;
    if (trainers.count > 0 || link.underWay() > 0 || (await this.open()) > 0) return false;
    const left = [paths.outbox, paths.registrations].map((collection) =>
      store.query({ collection, limit: 1 }),
    );
    return (await Promise.all(left)).every(({ length }) => length === 0);
  }

  private async result(outboxLeft: number): Promise<ExperimentResult> {
    const { world } = this;
    const { store, link, trainers } = world;
    world.checkTrainers();
    const now = Date.now();
    const evidence = await gatherEvidence(this.options.folder, store, this.plans, trainers);
    const ends: Record<string, number> = {};
    for (const { run } of evidence) ends[run.status] = (ends[run.status] ?? 0) + 1;
    return {
      runs: this.plans.size,
      findings: evidence.flatMap(judge),
      kills: world.kills,
      storeBreaks: world.storeBreaks,
      link: link.counts,
      ends,
      attempts: evidence.reduce((sum, { run }) => sum + run.attempt, 0),
      outboxLeft,
      seconds: world.seconds(),
      secondsToRest: secondsBetween(
        this.lastFault,
        Math.max(...evidence.map(({ run }) => (run.endedAt === null ? now : Date.parse(run.endedAt)))),
      ),
    };
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
