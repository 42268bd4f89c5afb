/**
 * Writes runs to MLflow as they go on. Of each run there is one writer at a time: whoever comes meanwhile says that there is more, and
 * the writer looks again. A writer that dies, or whose server does not answer, leaves a time at which reconcile has it done again; by
 * then nobody is sure of what was written, and the server itself is asked.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { cutText, timeLimit, type Run, type SweepEvent, type TrainyardEvent } from '@trainyard/shared';
import { z } from 'zod';
import type { ControlPlane } from '../controlPlane.js';
import { SUBSCRIPTIONS } from '../events/subscriptions.js';
import { readExperiment } from '../experiments/experiments.js';
import { inTurn } from '../inTurn.js';
import { isLeased, isStillOurs, takenLease } from '../lease.js';
import { nameExternal } from '../runs/related/external.js';
import { readRun } from '../runs/repository.js';
import { experimentOf, experimentPlace } from './experiments.js';
import { readMark, setMark, type MlflowMark } from './mark.js';
import { afterFailure, isRedelivered } from './nextTry.js';
import { isAbsent, NotWrittenError, runIdAt } from './runs.js';
import { storedRun } from './runSource.js';
import { storedSweep } from './sweepSource.js';
import { writeSweep, type SweepFacts } from './sweepRun.js';
import { ATTEMPT_MS, MlflowError, MlflowServer, type MlflowTarget, type Patience } from './server.js';
import { trackSweep } from './trackSweep.js';
import { externalOf, writeRun, type Outcome } from './writeRun.js';
import type { RunSource } from './written.js';

export type TrackPorts = Pick<ControlPlane, 'store' | 'objects' | 'config' | 'log' | 'now' | 'newId'>;

/** Longer than the function may take, so that no two write at once. */
const LEASE_MS = 150_000;
/** Runs whose parents have parents are rarer than circles. */
const DEEPEST = 4;

/** Pub/Sub delivers others as well: its filters have no room for all types. */
const WANTED: ReadonlySet<string> = new Set(SUBSCRIPTIONS.mlflow);
const registeredSchema = z.object({ version: z.int().min(1) });

/** Writes what MLflow has not of the event's run. @throws where it should be delivered again. */
export async function track(cp: TrackPorts, event: TrainyardEvent, patience: Patience = {}): Promise<void> {
  const { mlflow } = cp.config;
  const { data, type } = event;
  if (!mlflow || !WANTED.has(type)) return;
  const server = { settings: mlflow, patience };
  if (event.data.kind === 'sweep') return trackSweep(cp, server, event as SweepEvent);
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
  const waiting = await bring(cp, server, job);
  if (waiting && isRedelivered(waiting))
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

/** The mark, where the attempt has failed and is to be made again. */
async function bring(cp: TrackPorts, server: MlflowTarget, job: Tracked): Promise<MlflowMark | undefined> {
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
      if (isLeased(before, now)) {
        setMark(tx, { ...before, isBehind: true });
        return undefined;
      }
      const isPaused = !isRedelivered(before) && !isDue && (before.retryAt ?? '') > now.toISOString();
      if (isPaused || (before.state === 'refused' && isMinor)) {
        setMark(tx, before);
        return undefined;
      }
      const lease = takenLease(holder, now, LEASE_MS);
      // Who dies at it leaves nobody sure of what was written.
      const written = before.state === 'written' ? before.written : null;
      const claimed: MlflowMark = {
        ...before,
        state: 'writing',
        lease,
        isBehind: false,
        retryAt: lease.expiresAt,
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

interface Attempt {
  run: Run;
  mark: MlflowMark;
  depth: number;
}

async function attempt(
  cp: TrackPorts,
  target: MlflowTarget,
  mark: MlflowMark,
  depth: number,
): Promise<Ended> {
  try {
    const run = await readRun(cp.store, mark.runId);
    if (!run) throw new NotWrittenError(`there is no run ${mark.runId}`);
    const outcome = await writtenOf(cp, target, { run, mark, depth });
    await nameExternal(cp, run.runId, externalOf(outcome));
    return { outcome };
  } catch (error) {
    return { error };
  }
}

/** Where the server has not any more what is remembered, since it was removed or the server is another one, it is asked what it has. */
async function writtenOf(cp: TrackPorts, target: MlflowTarget, job: Attempt): Promise<Outcome> {
  const { uri, credentials } = target.settings;
  const signal = timeLimit(ATTEMPT_MS);
  const server = new MlflowServer({ ...target.patience, uri, credentials, signal });
  const { written } = job.mark;
  if (written) {
    try {
      const { experimentId, parentId } = written;
      return await writeRun(server, sourceOf(cp, target, job, { experimentId, parentId }), written);
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  }
  return writeRun(server, sourceOf(cp, target, job, await placeOf(cp, target, server, job)), null);
}

type Place = Pick<RunSource, 'experimentId' | 'parentId'>;

function sourceOf(
  cp: TrackPorts,
  { settings: { parameters } }: MlflowTarget,
  { run, mark: { version } }: Attempt,
  place: Place,
): RunSource {
  const { runUrl } = cp.config.notifications;
  return storedRun(cp, run, { ...place, version, parameters, runUrl });
}

/** The experiment there, and the run there that it is a child of. */
async function placeOf(
  cp: TrackPorts,
  target: MlflowTarget,
  server: MlflowServer,
  { run, depth }: Attempt,
): Promise<Place> {
  const { modelId, experiment } = run;
  const said = experiment === null ? undefined : await readExperiment(cp.store, modelId, experiment);
  const experimentId = await experimentOf(server, experimentPlace(target.settings.experiment, run, said));
  const sweep = await sweepOf(cp, run);
  const parentId = sweep
    ? await writeSweep(server, experimentId, sweep)
    : await parentOf(cp, target, run, depth);
  return { experimentId, parentId };
}

/** The sweep that the run is a trial of, or whose best trial it retrains; undefined for all others. */
async function sweepOf(
  cp: TrackPorts,
  { modelId, createdAt, sweep, parentRunId }: Run,
): Promise<SweepFacts | undefined> {
  if (!sweep) return parentRunId === null ? undefined : storedSweep(cp, parentRunId);
  const { sweepId } = sweep;
  const unknown = { sweepId, modelId, name: '', createdAt, end: 'unknown' as const };
  return (await storedSweep(cp, sweepId)) ?? unknown;
}

/** The run there of the run's parent, which is written first where it was not. */
async function parentOf(
  cp: TrackPorts,
  server: MlflowTarget,
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
    const isBusy = isLeased(mark, cp.now());
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

/** The mark as it is now: `retryAt` is set where there is more to write. */
async function settle(cp: TrackPorts, claimed: MlflowMark, ended: Ended): Promise<MlflowMark> {
  const settled = await turn(claimed.runId, () =>
    cp.store.optimistic(async (tx) => {
      const now = cp.now();
      const found = (await readMark(tx, claimed.runId)) ?? claimed;
      // Whoever took so long that another has begun leaves the mark to him.
      if (!isStillOurs(found, claimed)) return { ...found, retryAt: null };
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
  const after = afterFailure(failures, error, now);
  return { ...after, state: after.retryAt === null ? 'refused' : 'waiting', leftOut, written: null };
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
