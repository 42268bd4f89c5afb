/**
 * Writes runs to MLflow as they go on. Of each run there is one writer at a time: whoever comes meanwhile says that there is more, and
 * the writer looks again. A writer that dies, or whose server does not answer, leaves a time at which reconcile has it done again; by
 * then nobody is sure of what was written, and the server itself is asked.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { cutText, paths, timeLimit, type Run, type SweepEvent, type TrainyardEvent } from '@trainyard/shared';
import { z } from 'zod';
import type { ControlPlane } from '../controlPlane.js';
import { SUBSCRIPTIONS } from '../events/subscriptions.js';
import { inTurn } from '../inTurn.js';
import { readRun } from '../runs/repository.js';
import { readMark, setMark, type MlflowMark } from './mark.js';
import { experimentOf, NotWrittenError, runIdAt } from './runs.js';
import { storedRun } from './runSource.js';
import { writeSweepEnd } from './sweepEnd.js';
import { sweepFacts, sweepRunOf, type SweepFacts } from './sweepRun.js';
import { MlflowError, MlflowServer, type MlflowConnection } from './server.js';
import { experimentName, type MlflowSettings } from './settings.js';
import { writeRun, type Outcome } from './writeRun.js';

export type TrackPorts = Pick<ControlPlane, 'store' | 'objects' | 'config' | 'log' | 'now' | 'newId'>;

/** How requests are made; as in production unless a test says otherwise. */
export type Patience = Pick<MlflowConnection, 'timeoutMs' | 'retries' | 'pauseMs'>;

/** Below the 120 s that the function may take. */
const ATTEMPT_MS = 90_000;
/** Longer than the function may take, so that no two write at once. */
const LEASE_MS = 150_000;
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 3_600_000;
/** Fewer than the deliveries after which an event is given up: MLflow fills no dead letters. */
const REDELIVERED_FAILURES = 3;
/** Runs whose parents have parents are rarer than circles. */
const DEEPEST = 4;

/** Pub/Sub delivers others as well: its filters have no room for all types. */
const WANTED: ReadonlySet<string> = new Set(SUBSCRIPTIONS.mlflow);
const SWEEP_ENDS: ReadonlySet<string> = new Set(['sweep.completed', 'sweep.cancelled']);
const registeredSchema = z.object({ version: z.int().min(1) });

/** Writes what MLflow has not of the event's run. @throws where it should be delivered again. */
export async function track(cp: TrackPorts, event: TrainyardEvent, patience: Patience = {}): Promise<void> {
  const { mlflow } = cp.config;
  const { data, type } = event;
  if (!mlflow || !WANTED.has(type)) return;
  if (data.kind === 'sweep') {
    // Twice at most of a sweep, so that redelivery is enough.
    if (SWEEP_ENDS.has(type))
      await writeSweepEnd(cp, mlflow, { type: type as SweepEvent['type'], time: event.time, data }, patience);
    return;
  }
  if (!('runId' in data)) return;
  const registered = type === 'model.version.registered' ? registeredSchema.parse(data.detail) : undefined;
  const version = registered?.version ?? null;
  const job: Tracked = {
    runId: data.runId,
    version,
    isDue: type === 'run.tracking.due',
    isMinor: type === 'run.epoch.completed',
    depth: 0,
  };
  const server = { settings: mlflow, patience };
  const waiting = await bring(cp, server, job);
  if (waiting && waiting.failures <= REDELIVERED_FAILURES)
    throw new Error(`run ${data.runId} is still to be written to MLflow: ${waiting.reason}`);
}

interface Tracked {
  runId: string;
  version: number | null;
  /** Whether it is time for what failed before. */
  isDue: boolean;
  /** Whether a run that is refused is left alone. */
  isMinor: boolean;
  /** How many children ask for it. */
  depth: number;
}

interface Server {
  settings: MlflowSettings;
  patience: Patience;
}

/** The mark, where the attempt has failed and is to be made again. */
async function bring(cp: TrackPorts, server: Server, job: Tracked): Promise<MlflowMark | undefined> {
  for (;;) {
    const claimed = await claim(cp, job);
    if (!claimed) return undefined;
    const ended = await attempt(cp, server, claimed, job.depth);
    const settled = await settle(cp, claimed, ended);
    if (settled.state === 'waiting') return settled;
    if (settled.retryAt === null) return undefined;
  }
}

/** The mark as it was, under a lease of ours; undefined where somebody else writes, or it is not yet time. */
async function claim(
  cp: TrackPorts,
  { runId, version, isDue, isMinor }: Tracked,
): Promise<MlflowMark | undefined> {
  const holder = cp.newId();
  return turn(runId, () =>
    cp.store.optimistic(async (tx) => {
      const now = cp.now();
      const found = await readMark(tx, runId);
      const before = { ...(found ?? newMark(runId, now)), version: version ?? found?.version ?? null };
      if (before.lease && before.lease.expiresAt > now.toISOString()) {
        setMark(tx, { ...before, isBehind: true });
        return undefined;
      }
      const isPaused =
        before.failures > REDELIVERED_FAILURES && !isDue && (before.retryAt ?? '') > now.toISOString();
      if (isPaused || (before.state === 'refused' && isMinor)) {
        setMark(tx, before);
        return undefined;
      }
      const expiresAt = later(now, LEASE_MS);
      // Who dies at it leaves nobody sure of what was written.
      const written = before.state === 'written' ? before.written : null;
      const claimed: MlflowMark = {
        ...before,
        state: 'writing',
        lease: { holder, expiresAt },
        isBehind: false,
        retryAt: expiresAt,
        updatedAt: now.toISOString(),
      };
      setMark(tx, { ...claimed, written: null });
      return { ...claimed, written };
    }),
  );
}

function newMark(runId: string, now: Date): MlflowMark {
  return {
    schemaVersion: 1,
    runId,
    state: 'written',
    lease: null,
    isBehind: false,
    failures: 0,
    retryAt: null,
    reason: null,
    leftOut: [],
    version: null,
    written: null,
    updatedAt: now.toISOString(),
  };
}

type Ended = { outcome: Outcome } | { error: unknown };

async function attempt(
  cp: TrackPorts,
  { settings, patience }: Server,
  mark: MlflowMark,
  depth: number,
): Promise<Ended> {
  try {
    const run = await readRun(cp.store, mark.runId);
    if (!run) throw new NotWrittenError(`there is no run ${mark.runId}`);
    const { uri, credentials, parameters, experiment } = settings;
    const server = new MlflowServer({ ...patience, uri, credentials, signal: timeLimit(ATTEMPT_MS) });
    const experimentId =
      mark.written?.experimentId ??
      (await experimentOf(server, experimentName(experiment, run), experimentTags(run)));
    const parentId = mark.written
      ? mark.written.parentId
      : run.sweep
        ? await sweepRunOf(server, experimentId, await factsOf(cp, { ...run, ...run.sweep }))
        : await parentOf(cp, { settings, patience }, run, depth);
    const { runUrl } = cp.config.notifications;
    const source = storedRun(cp, run, { version: mark.version, parentId, experimentId, parameters, runUrl });
    const outcome = await writeRun(server, source, mark.written);
    await name(cp, run, outcome);
    return { outcome };
  } catch (error) {
    return { error };
  }
}

async function factsOf({ store }: TrackPorts, trial: Run & { sweepId: string }): Promise<SweepFacts> {
  return sweepFacts(await store.get(paths.sweep(trial.sweepId)), trial);
}

export function experimentTags({ modelId, experiment }: Pick<Run, 'modelId' | 'experiment'>) {
  return [
    { key: 'trainyard.model', value: modelId },
    ...(experiment === null ? [] : [{ key: 'trainyard.experiment', value: experiment }]),
  ];
}

/** The run there of the run's parent, which is written first where it was not. */
async function parentOf(
  cp: TrackPorts,
  server: Server,
  { parentRunId }: Run,
  depth: number,
): Promise<string | null> {
  if (parentRunId === null || depth >= DEEPEST) return null;
  for (let tries = 0; tries < 40; tries += 1) {
    const [mark, parent] = await Promise.all([
      readMark(cp.store, parentRunId),
      readRun(cp.store, parentRunId),
    ]);
    const known = mark?.written?.mlflowRunId ?? runIdAt(server.settings.uri, parent);
    if (known !== undefined) return known;
    if (!parent || mark?.state === 'refused') return null;
    const isBusy = mark?.lease && mark.lease.expiresAt > cp.now().toISOString();
    const job: Tracked = {
      runId: parentRunId,
      version: null,
      isDue: false,
      isMinor: false,
      depth: depth + 1,
    };
    const waiting = isBusy ? undefined : await bring(cp, server, job);
    if (waiting) throw new Error(`its parent ${parentRunId} could not be written: ${waiting.reason}`);
    if (isBusy) await pause(250);
  }
  throw new Error(`its parent ${parentRunId} is being written by somebody else`);
}

/** Says in the run where it is there. */
async function name(cp: TrackPorts, { runId }: Run, outcome: Outcome): Promise<void> {
  const { experimentId: mlflowExperimentId, mlflowRunId, url } = outcome;
  const external = { mlflowExperimentId, mlflowRunId, mlflowUrl: url };
  await inTurn(`run ${runId}`, (askedAt) =>
    cp.store.optimistic(async (tx) => {
      const run = await readRun(tx, runId);
      if (!run || run.external?.mlflowUrl === url) return;
      tx.set(paths.run(runId), { ...run, external, updatedAt: cp.now().toISOString() });
    }, askedAt),
  );
}

/** The mark as it is now: `retryAt` is set where there is more to write. */
async function settle(cp: TrackPorts, claimed: MlflowMark, ended: Ended): Promise<MlflowMark> {
  const settled = await turn(claimed.runId, () =>
    cp.store.optimistic(async (tx) => {
      const now = cp.now();
      const found = (await readMark(tx, claimed.runId)) ?? claimed;
      // Whoever took so long that another has begun leaves the mark to him.
      if (found.lease?.holder !== claimed.lease?.holder) return { ...found, retryAt: null };
      const mark: MlflowMark = {
        ...found,
        ...('error' in ended ? failed(claimed, ended.error, now) : done(claimed, ended.outcome, found, now)),
        lease: null,
        isBehind: false,
        updatedAt: now.toISOString(),
      };
      setMark(tx, mark);
      return mark;
    }),
  );
  tell(cp, settled, ended);
  return settled;
}

type End = Pick<MlflowMark, 'state' | 'failures' | 'retryAt' | 'reason' | 'leftOut' | 'written'>;

function done(
  { leftOut: before, version }: MlflowMark,
  { written, leftOut }: Outcome,
  found: MlflowMark,
  now: Date,
): End {
  const isMore = found.isBehind || found.version !== version;
  return {
    state: 'written',
    failures: 0,
    retryAt: isMore ? now.toISOString() : null,
    reason: null,
    leftOut: [...new Set([...before, ...leftOut])].slice(0, 50).map((each) => cutText(each, 1000)),
    written,
  };
}

function failed({ failures, leftOut }: MlflowMark, error: unknown, now: Date): End {
  const isRefused = isFinal(error);
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
  return {
    state: isRefused ? 'refused' : 'waiting',
    failures: failures + 1,
    retryAt: isRefused ? null : later(now, wait),
    reason: cutText(error instanceof Error ? error.message : String(error), 2000),
    leftOut,
    written: null,
  };
}

/** Neither time, nor other credentials, nor a proxy that is mended helps. */
function isFinal(error: unknown): boolean {
  if (error instanceof NotWrittenError) return true;
  return error instanceof MlflowError && error.isOfOneRun;
}

function tell(cp: TrackPorts, { runId, state, reason, failures, retryAt }: MlflowMark, ended: Ended): void {
  if (!('error' in ended)) return;
  const fields = { runId, failures, retryAt, reason };
  if (state === 'refused') cp.log('ERROR', 'a run is not written to MLflow', fields);
  // Its own words say enough of a server; of anything else the stack is wanted.
  else
    cp.log(
      'WARNING',
      'a run is written to MLflow later',
      ended.error instanceof MlflowError ? fields : { ...fields, error: ended.error },
    );
}

function turn<T>(runId: string, work: () => Promise<T>): Promise<T> {
  return inTurn(`mlflow ${runId}`, work);
}

function later(now: Date, ms: number): string {
  return new Date(now.getTime() + ms).toISOString();
}
