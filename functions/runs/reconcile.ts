/**
 * Makes good what crashes, lost messages and silent machines left behind. Called every minute in the cloud, every few seconds on
 * one machine; doing it more often, or twice at once, changes nothing.
 */
import {
  inParallel,
  isTerminal,
  ownBudgetError,
  paths,
  type LifecycleEvent,
  type Run,
  type RunError,
} from '@trainyard/shared';
import { z } from 'zod';
import type { ControlPlane } from '../controlPlane.js';
import type { LogFields } from '../log.js';
import type { StoredDocument } from '../ports/documentStore/documentStore.js';
import type { JobLauncher, JobState } from '../ports/jobLauncher/jobLauncher.js';
import { consequenceOf, shown, type PlatformProblem } from '../ports/jobLauncher/platformProblem.js';
import { withLogFields } from '../telemetry/context.js';
import { instruments } from '../telemetry/metrics.js';
import { inSpan } from '../telemetry/tracing.js';
import { dispatch, recallLaunch, type LaunchPorts } from './dispatch.js';
import { registerLeftBehind } from './registerVersions.js';
import { sweepExpired } from './sweepExpired.js';
import { recordLifecycle } from './lifecycle.js';
import { keepBudgets } from './monthlyBudget.js';
import { relayOutbox } from '../events/outbox.js';
import { openRuns, readRun, stoppingRuns } from './repository.js';
import { secondsSince } from './secondsSince.js';
import { stopUnwantedJobs } from './stopUnwanted.js';
import { launcherOf, tiersOf } from './tiers.js';
import type { ControlPlaneErrorCode } from '@trainyard/shared/errors/controlPlaneErrors';

/** How many runs are looked at at a time. */
const CONCURRENCY = 16;
/** The trainer's exit code for a bad specification or bad data. */
const EXIT_REJECTED = 2;

export interface Reconciled {
  /** Events published that a crash had left behind. */
  relayed: number;
  /** Open runs that were looked at. */
  runs: number;
  /** Parts of the work that went wrong; the log says how. */
  failed: number;
}

/** One failing run, or a bus that is gone, does not keep the others from being looked at. */
export async function reconcile(cp: ControlPlane): Promise<Reconciled> {
  const reconciled: Reconciled = { relayed: 0, runs: 0, failed: 0 };
  const attempt = async (work: () => Promise<void>, message: string, fields: LogFields = {}) => {
    try {
      await work();
    } catch (error) {
      reconciled.failed++;
      cp.log('ERROR', message, { ...fields, error });
    }
  };
  const relay = async () => void (reconciled.relayed = await relayOutbox(cp));
  const others = Promise.all([
    attempt(relay, 'the outbox could not be relayed'),
    attempt(() => registerLeftBehind(cp), 'completed runs could not be made versions'),
    attempt(() => sweepExpired(cp), 'what has expired could not be deleted'),
  ]);
  const [open, stopping] = await Promise.all([openRuns(cp.store), stoppingRuns(cp.store)]);
  reconciled.runs = open.length;
  // A run whose document somebody else holds for a minute holds up none of the others.
  await inParallel(open, CONCURRENCY, (document) => {
    const runId = runIdOf(document);
    return attempt(() => reconcileRun(cp, runId), 'a run could not be reconciled', { runId });
  });
  // What is unwanted since just now was asked to end just now, and is looked at the next time.
  await inParallel(stopping, CONCURRENCY, (document) => {
    const runId = runIdOf(document);
    return attempt(() => stopUnwantedJobs(cp, runId), 'a job that nobody wants could not be stopped', {
      runId,
    });
  });
  await others;
  const models = open.flatMap(({ data: { modelId } }) => (typeof modelId === 'string' ? modelId : []));
  await attempt(() => keepBudgets(cp, models), 'the budgets could not be kept');
  observe(cp, open, reconciled.failed);
  return reconciled;
}

function runIdOf({ path }: StoredDocument): string {
  return path.slice(paths.runs.length + 1);
}

/** Looks at one run: enforces its deadline, launches it if it waits, compares it with the platform. */
export async function reconcileRun(cp: ControlPlane, runId: string): Promise<void> {
  const run = await readRun(cp.store, runId);
  if (!run || isTerminal(run.status)) return;
  const { attempt, traceparent: parent } = run;
  await withLogFields({ runId, attempt }, async () => {
    const event = await verdictOn(cp, run);
    if (!event && !awaitsLaunch(cp, run)) return;
    await inSpan('reconcile run', { parent, attributes: { 'trainyard.run_id': runId } }, async () => {
      const after = event ? ((await recordLifecycle(cp, runId, () => event))?.run ?? run) : run;
      if (awaitsLaunch(cp, after)) await dispatch(cp, runId);
    });
  });
}

async function verdictOn(cp: LaunchPorts, run: Run): Promise<LifecycleEvent | undefined> {
  if (cp.now().toISOString() >= run.deadlineAt) return { type: 'deadlinePassed' };
  return overBudget(run, cp.now()) ?? lookAtJob(cp, run);
}

/** Callbacks tell as soon as a run has cost what it may; a trainer that sends none for a while costs as well. */
function overBudget(run: Run, now: Date): LifecycleEvent | undefined {
  const error = run.status === 'running' ? ownBudgetError(run, now) : undefined;
  return error && { type: 'budgetExceeded', error };
}

/** For people and alerts. While no run is open and nothing fails there is nothing to tell. */
function observe(
  cp: Pick<ControlPlane, 'log' | 'now'>,
  open: readonly StoredDocument[],
  failed: number,
): void {
  const { openRuns: count, longestSilenceSeconds, reconcileFailures } = instruments();
  const running = open.filter(({ data }) => data['status'] === 'running');
  const silences = running.flatMap(({ data: { lastCallbackAt } }) =>
    typeof lastCallbackAt === 'string' ? secondsSince(cp, lastCallbackAt) : [],
  );
  const longest = Math.max(0, ...silences);
  count.record(open.length);
  longestSilenceSeconds.record(longest);
  if (failed > 0) reconcileFailures.add(failed);
  if (open.length === 0 && failed === 0) return;
  const gpus = running.flatMap(gpuPercentOf);
  cp.log('DEBUG', 'open runs were looked at', {
    runs: open.length,
    failed,
    longestSilenceSeconds: Math.round(longest),
    ...(gpus.length > 0 && { lowestGpuPercent: Math.min(...gpus) }),
  });
}

const trainingSchema = z.object({
  currentStage: z.literal('train'),
  resources: z.object({ gpuPercent: z.number() }),
});

/** How much the GPUs of a run that trains are used; empty where it has none, or does something else. */
function gpuPercentOf({ data }: StoredDocument): number[] {
  const training = trainingSchema.safeParse(data);
  return training.success ? [training.data.resources.gpuPercent] : [];
}

/** Not where a dispatcher is at it, or its request is too fresh to be taken for lost. */
function awaitsLaunch(cp: Pick<ControlPlane, 'config' | 'now'>, { status, lease, updatedAt }: Run): boolean {
  const now = cp.now();
  if (status !== 'pending' || (lease && lease.expiresAt > now.toISOString())) return false;
  return now.getTime() - Date.parse(updatedAt) >= cp.config.settleSeconds * 1000;
}

async function lookAtJob(cp: LaunchPorts, run: Run): Promise<LifecycleEvent | undefined> {
  if (run.status === 'pending') return undefined;
  const { job, attempt } = run;
  if (!job) return withUnrecordedJob(cp, run);
  const launcher = launcherOf(cp, job.tier);
  const found = await launcher.inspect(job.name);
  if (run.status === 'cancelling') {
    if (found.state === 'ended' || found.state === 'unknown') return { type: 'jobEnded', attempt };
    if (isGraceOver(cp, run)) await launcher.cancel(job.name);
    return undefined;
  }
  switch (found.state) {
    case 'ended':
      return ended(cp, run, found);
    case 'unknown':
      return lost(run, `the platform has no job ${job.name}`);
    case 'waiting':
      // A trainer that reports runs, whatever the platform says of it.
      return run.status === 'running'
        ? stalled(cp, run, launcher, job.name)
        : waitedTooLong(cp, run, found.detail);
    case 'running':
      return stalled(cp, run, launcher, job.name);
  }
}

/** Reports without a job: its launch was never recorded. The job is found out, so that it can be watched and stopped. */
async function withUnrecordedJob(cp: LaunchPorts, run: Run): Promise<LifecycleEvent | undefined> {
  const launched = await recallLaunch(cp, run);
  if (!isSilent(cp, run)) return launched;
  if (launched) await launcherOf(cp, launched.job.tier).cancel(launched.job.name);
  return lost(run, 'no callback came for too long');
}

/** A job that says nothing, or says the same for too long, is stopped: it costs and brings nothing. */
async function stalled(
  cp: Pick<ControlPlane, 'now'>,
  run: Run,
  launcher: JobLauncher,
  jobName: string,
): Promise<LifecycleEvent | undefined> {
  const { heartbeatTimeoutSeconds, idleTimeoutSeconds } = run.spec.compute;
  const reason = isSilent(cp, run)
    ? `no callback came for ${heartbeatTimeoutSeconds} s`
    : isIdle(cp, run)
      ? `the trainer reported no progress for ${idleTimeoutSeconds} s`
      : undefined;
  if (reason === undefined) return undefined;
  await launcher.cancel(jobName);
  return lost(run, reason);
}

function ended(
  cp: Pick<ControlPlane, 'config'>,
  run: Run,
  { exitCode, problem }: Extract<JobState, { state: 'ended' }>,
): LifecycleEvent {
  if (exitCode === EXIT_REJECTED) {
    return rejected(run, {
      code: 'trainer-rejected' satisfies ControlPlaneErrorCode,
      message: 'the trainer refused the specification or the data, and its explanation did not arrive',
      stage: run.currentStage,
      remedy: "read the trainer's own output",
    });
  }
  if (problem) return endedBy(cp, run, problem);
  const code = exitCode === null ? '' : `, exit code ${exitCode}`;
  return lost(run, `the trainer ended without a last word${code}`);
}

/** The platform says why: a place without machines gives way to the next one, unless the trainer had begun there. */
function endedBy(cp: Pick<ControlPlane, 'config'>, run: Run, problem: PlatformProblem): LifecycleEvent {
  const { code, message, remedy } = problem;
  const error: RunError = { code, message, stage: run.currentStage, remedy };
  const consequence = consequenceOf(code);
  if (consequence === 'giveUp') return rejected(run, error);
  if (consequence === 'nextTier' && run.status === 'provisioning' && run.job) {
    const { attempt, tierIndex, job } = run;
    const tierCount = tiersOf(cp, run).length;
    return { type: 'tierUnavailable', attempt, tierIndex, tierCount, reason: `${job.tier}: ${message}` };
  }
  return { type: 'lost', attempt: run.attempt, error };
}

function rejected({ attempt }: Run, error: RunError): LifecycleEvent {
  return { type: 'launchRejected', attempt, error };
}

function waitedTooLong(
  cp: Pick<ControlPlane, 'config' | 'now'>,
  run: Run,
  detail?: string,
): LifecycleEvent | undefined {
  const { attempt, job, tierIndex } = run;
  const tiers = tiersOf(cp, run);
  const tier = tiers[tierIndex];
  if (!job || !tier || secondsSince(cp, job.launchedAt) <= tier.maxWaitSeconds) return undefined;
  const said = detail === undefined ? '' : ` (the platform says: ${shown(detail)})`;
  const reason = `${tier.name}: no machine within ${tier.maxWaitSeconds} s${said}`;
  return { type: 'tierUnavailable', attempt, tierIndex, tierCount: tiers.length, reason };
}

function lost(run: Run, message: string): LifecycleEvent {
  const error: RunError = {
    code: 'trainer-lost' satisfies ControlPlaneErrorCode,
    message,
    stage: run.currentStage,
    remedy: null,
  };
  return { type: 'lost', attempt: run.attempt, error };
}

/** Silence counts from the launch or the last callback of this attempt, whichever is later. */
function isSilent(cp: Pick<ControlPlane, 'now'>, run: Run): boolean {
  const last = latestOf(run, [run.job?.launchedAt, run.lastCallbackAt, run.job ? null : run.updatedAt]);
  return secondsSince(cp, last) > run.spec.compute.heartbeatTimeoutSeconds;
}

/** Idleness counts from the launch or the last progress, whichever is later. */
function isIdle(cp: Pick<ControlPlane, 'now'>, run: Run): boolean {
  const last = latestOf(run, [run.job?.launchedAt, run.lastProgressAt]);
  return secondsSince(cp, last) > run.spec.compute.idleTimeoutSeconds;
}

function latestOf(run: Run, instants: readonly (string | null | undefined)[]): string {
  return instants.reduce<string>((latest, at) => (at && at > latest ? at : latest), run.createdAt);
}

function isGraceOver(cp: Pick<ControlPlane, 'now'>, run: Run): boolean {
  return (
    run.cancelRequestedAt !== null &&
    secondsSince(cp, run.cancelRequestedAt) > run.spec.compute.cancelGraceSeconds
  );
}
