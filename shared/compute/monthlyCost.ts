/** What a deployment costs in a month, from the price table and what its parts do. */
import { findPrice, PRICED, type Price, type Priced } from './price.js';

export interface MonthlyUse {
  region: string;
  models: number;
  /** Runs of each model. */
  nights: number;
  /** What a run's two jobs take, and an hour of their machines costs. */
  prepare: JobUse;
  train: JobUse;
}

export interface JobUse {
  minutes: number;
  usdPerHour: number;
}

export interface CostLine {
  what: string;
  quantity: number;
  unit: string;
  /** At the listed price, from the first unit on. */
  usd: number;
  /** The same beyond what is free each month. */
  usdBeyondFree: number;
}

/** What a run does beside its jobs; on the safe side. */
const RUN = {
  /** A trainer tells at most about once a second; each callback is a request, two reads and a write. */
  callbacksPerSecond: 1,
  requestSeconds: 0.1,
  readsPerCallback: 2,
  writesPerCallback: 1.2,
  /** Its model, report and last checkpoints, kept for a month. */
  storedGb: 0.3,
  storageWrites: 300,
  storageReads: 300,
  /** Events, delivered to a few subscriptions at a kilobyte each. */
  publishedGib: 0.0005,
  loggedGib: 0.002,
} as const;
/** What runs without runs: the scheduler calls reconcile, which asks three questions of an empty store. */
const MINUTES = 30 * 24 * 60;
const IDLE = { requestSeconds: 0.2, reads: 3, imagesGb: 6, secrets: 1, schedulerJobs: 1 } as const;
/** Of each function instance. */
const INSTANCE = { vcpu: 1, gib: 0.5 } as const;

/** Of each month, remembered of the public pages (2025-01); Firestore's of a day, times 30. Some are per billing account, not per project. */
const FREE: Partial<Record<Priced, number>> = {
  'functions.vcpu': 180_000,
  'functions.gib': 360_000,
  'functions.requests': 2,
  'firestore.reads': 30 * 0.5,
  'firestore.writes': 30 * 0.2,
  'pubsub.throughput': 10 / 1024,
  'scheduler.jobs': 3,
  'secrets.versions': 6,
  'artifacts.storage': 0.5,
  'logging.ingested': 50,
};

/** A line for each thing that is paid for. Throws where the table lacks the price of one. */
export function monthlyCost(use: MonthlyUse, prices: readonly Price[]): CostLine[] {
  const runs = use.models * use.nights;
  const callbacks = runs * 60 * (use.prepare.minutes + use.train.minutes) * RUN.callbacksPerSecond;
  const seconds = callbacks * RUN.requestSeconds + MINUTES * IDLE.requestSeconds;
  const line = (what: string, sku: Priced, quantity: number): CostLine => {
    const price = findPrice(prices, sku, use.region);
    if (!price)
      throw new Error(`the price table has no ${sku} in ${use.region}: give it by a file of prices`);
    const beyond = Math.max(0, quantity - (FREE[sku] ?? 0));
    return {
      what,
      quantity,
      unit: PRICED[sku],
      usd: quantity * price.usd,
      usdBeyondFree: beyond * price.usd,
    };
  };
  return [
    jobLine('jobs that prepare the data', runs, use.prepare),
    jobLine('jobs that train', runs, use.train),
    line('functions: processors', 'functions.vcpu', seconds * INSTANCE.vcpu),
    line('functions: memory', 'functions.gib', seconds * INSTANCE.gib),
    line('functions: requests', 'functions.requests', (callbacks + MINUTES) / 1e6),
    line(
      'Firestore: reads',
      'firestore.reads',
      (callbacks * RUN.readsPerCallback + MINUTES * IDLE.reads) / 1e5,
    ),
    line('Firestore: writes', 'firestore.writes', (callbacks * RUN.writesPerCallback) / 1e5),
    line('Pub/Sub', 'pubsub.throughput', (runs * RUN.publishedGib) / 1024),
    line('Cloud Storage: kept', 'storage.standard', runs * RUN.storedGb),
    line('Cloud Storage: written', 'storage.classA', (runs * RUN.storageWrites) / 1e4),
    line('Cloud Storage: read', 'storage.classB', (runs * RUN.storageReads) / 1e4),
    line('images', 'artifacts.storage', IDLE.imagesGb),
    line('scheduler', 'scheduler.jobs', IDLE.schedulerJobs),
    line('secret', 'secrets.versions', IDLE.secrets),
    line('logs', 'logging.ingested', runs * RUN.loggedGib),
  ];
}

function jobLine(what: string, runs: number, { minutes, usdPerHour }: JobUse): CostLine {
  const quantity = (runs * minutes) / 60;
  const usd = quantity * usdPerHour;
  return { what, quantity, unit: 'machine hour', usd, usdBeyondFree: usd };
}

export function totalOf(lines: readonly CostLine[]): Pick<CostLine, 'usd' | 'usdBeyondFree'> {
  return {
    usd: lines.reduce((sum, { usd }) => sum + usd, 0),
    usdBeyondFree: lines.reduce((sum, { usdBeyondFree }) => sum + usdBeyondFree, 0),
  };
}
