import {
  cutText,
  canonicalJson,
  computeConfigOf,
  deriveRunSecret,
  isTerminal,
  later,
  type Cut,
  type LifecycleEvent,
  type Run,
  metricSplit,
  runName,
  type QuickResult,
} from '@trainyard/shared';
import type { Tier } from '../config.js';
import type { ControlPlane } from '../controlPlane.js';
import { consoleUrl } from '../compute/consoleUrl.js';
import { CapacityError, LaunchRejectedError } from '../ports/jobLauncher/jobLauncher.js';
import { instruments } from '../telemetry/metrics.js';
import { currentTraceparent } from '../telemetry/tracing.js';
import { recordLifecycle, type LifecyclePorts } from './lifecycle.js';
import { masterSecretOf } from './masterSecret.js';
import { readRun } from './repository.js';
import { tooSmall } from './tierFit.js';
import { launcherOf, tierPrice, tiersOf } from './tiers.js';
import type { ControlPlaneErrorCode } from '@trainyard/shared/errors/controlPlaneErrors';

/** What starting a job takes. */
export type LaunchPorts = Pick<ControlPlane, 'store' | 'objects' | 'launchers' | 'config' | 'log' | 'now'>;

/**
 * Launches a pending run: claims it under a lease, starts the job on its tier, records the launch; a tier without capacity gives
 * way to the next. Harmless for a run that is not pending or that somebody else holds.
 *
 * Killed between the launch and its record, it leaves a lease that runs out; the next dispatch launches again, and a launcher
 * starts one attempt only once.
 */
export async function dispatch(cp: LifecyclePorts & LaunchPorts, runId: string): Promise<void> {
  for (;;) {
    const run = await claim(cp, runId);
    if (!run) return;
    const tiers = tiersOf(cp, run);
    const tier = tiers[run.tierIndex];
    const event = tier ? await tryTier(cp, run, tier, tiers.length) : noSuchTier(run);
    const recorded = await recordLifecycle(cp, runId, () => event);
    if (recorded?.run.status !== 'pending') return;
  }
}

/** The run when it is now ours to launch. */
async function claim(cp: LifecyclePorts, runId: string): Promise<Run | undefined> {
  const holder = cp.newId();
  const expiresAt = later(cp.now(), cp.config.leaseSeconds * 1000);
  const claimed = await recordLifecycle(cp, runId, (run) =>
    isTerminal(run.status) ? undefined : { type: 'claimed', attempt: run.attempt, holder, expiresAt },
  );
  return claimed?.changed && claimed.run.lease?.holder === holder ? claimed.run : undefined;
}

/** A tier that is too small gives way to the next without being asked. */
async function tryTier(cp: LaunchPorts, run: Run, tier: Tier, tierCount: number): Promise<LifecycleEvent> {
  const misfit = tooSmall(cp, run, tier);
  if (misfit === undefined) return launchOn(cp, run, tier, tierCount);
  const { runId, attempt, tierIndex } = run;
  cp.log('INFO', 'a tier is too small', { runId, attempt, tier: tier.name, reason: misfit });
  return { type: 'tierUnavailable', attempt, tierIndex, tierCount, reason: `${tier.name}: ${misfit}` };
}

/** Starts the attempt's job and says what came of it. Throws where nobody can tell: the lease runs out, and it is tried again. */
async function launchOn(cp: LaunchPorts, run: Run, tier: Tier, tierCount: number): Promise<LifecycleEvent> {
  const { runId, attempt, tierIndex } = run;
  try {
    const end = endOfAttempt(cp, run, tier);
    const { name } = await launcherOf(cp, tier.name).launch({
      runId,
      attempt,
      modelId: run.modelId,
      tier: tier.name,
      env: await trainerEnvironment(cp, run, tier, end),
      requestedAt: run.createdAt,
      timeoutSeconds: Math.max(1, Math.ceil((Date.parse(end) - cp.now().getTime()) / 1000)),
    });
    instruments().launches.add(1, { tier: tier.name, outcome: 'launched' });
    cp.log('INFO', 'launched', { runId, attempt, tier: tier.name, job: name });
    const launchedAt = cp.now().toISOString();
    return {
      type: 'launched',
      attempt,
      job: { tier: tier.name, name, launchedAt, usdPerHour: tierPrice(cp, tier) },
      ranOn: { computeConfig: computeConfigOf(tier.machine), consoleUrl: consoleUrl(name) },
    };
  } catch (error) {
    instruments().launches.add(1, { tier: tier.name, outcome: outcomeOf(error) });
    if (error instanceof CapacityError) {
      cp.log('WARNING', 'the tier has no capacity', {
        runId,
        attempt,
        tier: tier.name,
        reason: error.message,
      });
      return {
        type: 'tierUnavailable',
        attempt,
        tierIndex,
        tierCount,
        reason: `${tier.name}: ${error.message}`,
      };
    }
    if (error instanceof LaunchRejectedError) {
      const { message, remedy } = error;
      return {
        type: 'launchRejected',
        attempt,
        error: { code: 'launch-rejected' satisfies ControlPlaneErrorCode, message, stage: null, remedy },
      };
    }
    throw error;
  }
}

function outcomeOf(error: unknown): string {
  if (error instanceof CapacityError) return 'noCapacity';
  return error instanceof LaunchRejectedError ? 'rejected' : 'unknown';
}

/**
 * The launch of an attempt that reports although its launch was never recorded: whoever launched it died before he could. A
 * launcher starts an attempt only once, so asking again tells the job's name. Undefined where the platform has none to tell.
 */
export async function recallLaunch(
  cp: LaunchPorts,
  run: Run,
): Promise<Extract<LifecycleEvent, { type: 'launched' }> | undefined> {
  const tiers = tiersOf(cp, run);
  const tier = tiers[run.tierIndex];
  const event = tier && (await launchOn(cp, run, tier, tiers.length));
  if (event?.type !== 'launched') return undefined;
  // Silence counts from the last callback, not from this.
  const launchedAt = run.lastCallbackAt ?? event.job.launchedAt;
  return { ...event, job: { ...event.job, launchedAt } };
}

function namesOf({ phase, spec: { compute } }: Run): readonly string[] {
  return phase === 'prepare' && compute.prepare ? [compute.prepare] : (compute.tiers ?? []);
}

function noSuchTier(run: Run): LifecycleEvent {
  return {
    type: 'launchRejected',
    attempt: run.attempt,
    error: {
      code: 'no-tier' satisfies ControlPlaneErrorCode,
      message: `the deployment has none of the run's compute tiers: ${namesOf(run).join(', ') || 'none'}`,
      stage: null,
      remedy: 'start a new run that names tiers of this deployment',
    },
  };
}

/** The report says which settings were cut, not all that stood there. */
function cutInShort({ setting, why }: Cut): Pick<Cut, 'setting' | 'why'> {
  return { setting, why: cutText(why, 500) };
}

/** The limit of the platform, counted from now, or the deadline of the run where that is earlier. */
function endOfAttempt(
  cp: Pick<ControlPlane, 'now'>,
  { deadlineAt }: Run,
  { maxAttemptSeconds }: Tier,
): string {
  const limit = later(cp.now(), maxAttemptSeconds * 1000);
  return limit < deadlineAt ? limit : deadlineAt;
}

/** Of the quick test that a run came from; its metrics of the test split are few enough for a variable. */
async function quickResultOf(
  store: ControlPlane['store'],
  { quickRunId }: Run,
): Promise<QuickResult | undefined> {
  const quick = quickRunId === null ? undefined : await readRun(store, quickRunId);
  if (!quick?.result) return undefined;
  const metrics = Object.entries(quick.result.metrics).filter(([name]) => metricSplit(name) === 'test');
  return {
    name: runName(quick),
    rowsDigest: quick.data?.digest ?? null,
    metrics: Object.fromEntries(metrics.slice(0, MOST_QUICK_METRICS)),
  };
}
const MOST_QUICK_METRICS = 100;

/** What the trainer gets to know, and all it gets to know. */
async function trainerEnvironment(
  cp: Pick<ControlPlane, 'store' | 'objects' | 'config'>,
  run: Run,
  { machine, image }: Tier,
  end: string,
): Promise<Record<string, string>> {
  const { runId, attempt } = run;
  const identity = cp.config.trainerIdentity;
  const traceparent = currentTraceparent() ?? run.traceparent;
  const quickResult = await quickResultOf(cp.store, run);
  const specKey = `specs/${run.specDigest.replace('sha256:', '')}.json`;
  await cp.objects.putIfAbsent(specKey, Buffer.from(canonicalJson(run.spec)));
  return {
    RUN_ID: runId,
    ...(run.phase !== null && { STAGES: run.phase }),
    MODEL_VERSION: `${run.modelId}#${run.runNumber}`,
    ATTEMPT: String(attempt),
    SPEC_URI: cp.objects.uri(specKey),
    ARTIFACT_URI: cp.objects.uri(`runs/${runId}`),
    CACHE_URI: cp.objects.uri('cache'),
    CALLBACK_URL: `${cp.config.publicUrl}/api/training-runs/${runId}/webhook`,
    ...(identity && { CALLBACK_AUDIENCE: identity.audience }),
    RUN_SECRET: deriveRunSecret(masterSecretOf(cp.config), runId, attempt),
    DEADLINE: end,
    ...(run.retryOf && { RESUME_URI: run.retryOf.checkpointUri }),
    ...(image !== null && { TRAINER_IMAGE: image }),
    REQUESTED_BY: cutText(run.requestedBy, 200),
    ...(run.intent && { RUN_INTENT: run.intent }),
    ...(run.quickRunId !== null && { QUICK_RUN_ID: run.quickRunId }),
    ...(quickResult && { QUICK_TEST_RESULT: JSON.stringify(quickResult) }),
    ...(run.inSweep && { IN_SWEEP: JSON.stringify(run.inSweep) }),
    ...(run.quickTest && { QUICK_TEST_CUTS: JSON.stringify(run.quickTest.cuts.map(cutInShort)) }),
    ...(run.production && {
      PRODUCTION_URI: run.production.uri,
      PRODUCTION_VERSION: String(run.production.version),
    }),
    ...(traceparent !== null && { TRACEPARENT: traceparent }),
    // Held against what the trainer finds before it does anything that costs.
    ...(machine && { EXPECTED_GPUS: String(machine.accelerator?.count ?? 0) }),
  };
}
