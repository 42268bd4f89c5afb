/** What the trainer's callbacks mean for a run. */
import type { CallbackBody } from '../callbacks/bodies.js';
import { assertNever } from '../common.js';
import { provenanceAfter } from './provenance.js';
import { mayOutgrow, onAttemptEnded, onOutgrown, prepared } from './attempts.js';
import { endedBy, ended, failed } from './endings.js';
import { checkGates } from '../runs/gates.js';
import type { RunCallback } from './lifecycleEvent.js';
import { warningsAfter, type Run, type RunError } from '../runs/run.js';
import { NOTHING, type Step, type Transition } from './step.js';
import type { ControlPlaneErrorCode } from '../errors/controlPlaneErrors.js';

export function onCallback(run: Run, event: RunCallback, now: Date): Step {
  const alive = signOfLife(run, event, now);
  const isNews = event.body.seq > run.seq;
  const own = effectOf({ ...run, ...alive.changes }, event, now);
  return {
    changes: { ...alive.changes, ...(isNews && gpuUseAfter(run, event)), ...own.changes },
    publish: [...(alive.publish ?? []), ...(own.publish ?? [])],
    stopJob: own.stopJob ?? null,
  };
}

/** What any callback of the current attempt means: the trainer lives, and the run has started. */
function signOfLife(run: Run, event: RunCallback, now: Date): Step {
  const changes: Partial<Run> = {
    seq: Math.max(run.seq, event.body.seq),
    lastCallbackAt: now.toISOString(),
    ...(isProgress(run, event) && { lastProgressAt: now.toISOString() }),
  };
  if (run.status !== 'pending' && run.status !== 'provisioning') return { changes };
  return {
    changes: { ...changes, status: 'running', lease: null, startedAt: run.startedAt ?? now.toISOString() },
    publish: [{ type: 'run.started', detail: {} }],
  };
}

function peakOf({ peakMemory }: Run, resources: Run['resources']): Run['peakMemory'] {
  if (!resources) return peakMemory;
  const gpu = [peakMemory?.gpuMemoryMb, resources.gpuMemoryMb].filter(
    (mb) => mb !== null && mb !== undefined,
  );
  return {
    rssMb: Math.max(peakMemory?.rssMb ?? 0, resources.rssMb),
    gpuMemoryMb: gpu.length > 0 ? Math.max(...gpu) : null,
  };
}

/** The mean over all heartbeats of the training so far, each counted once. */
function gpuUseAfter({ gpuUse }: Run, event: RunCallback): Partial<Run> {
  if (event.kind !== 'heartbeat' || event.body.stage !== 'train') return {};
  const percent = event.body.resources?.gpuPercent ?? null;
  if (percent === null) return {};
  const { meanPercent, samples } = gpuUse ?? { meanPercent: 0, samples: 0 };
  const mean = meanPercent + (percent - meanPercent) / (samples + 1);
  return { gpuUse: { meanPercent: Math.min(100, Math.max(0, mean)), samples: samples + 1 } };
}

/** Whether the trainer got further: a heartbeat alone only shows that it lives. */
function isProgress(run: Run, event: RunCallback): boolean {
  if (event.kind === 'log' || event.body.seq <= run.seq) return false;
  if (event.kind !== 'heartbeat') return true;
  const { stage, progress } = event.body;
  const { fraction, step } = run.progress ?? {};
  return stage !== run.currentStage || progress.fraction !== fraction || progress.step !== step;
}

function effectOf(run: Run, event: RunCallback, now: Date): Step {
  // `signOfLife` has raised seq to at least this callback's; below it, a later one was applied already.
  const isNewest = event.body.seq >= run.seq;
  switch (event.kind) {
    case 'log':
      return NOTHING;
    case 'heartbeat': {
      if (!isNewest) return NOTHING;
      const { stage, progress, resources } = event.body;
      return { changes: { currentStage: stage, progress, resources, peakMemory: peakOf(run, resources) } };
    }
    case 'stage-complete': {
      const { stage, warnings } = event.body;
      return {
        changes: {
          ...(isNewest && { currentStage: stage }),
          ...provenanceAfter(run, event.body),
          warnings: warningsAfter(run.warnings, stage, warnings),
        },
        publish: completionsIn(event),
      };
    }
    case 'epoch-complete': {
      const { epoch, metrics } = event.body;
      return {
        changes: epoch >= run.currentEpoch ? { currentEpoch: epoch, latestMetrics: metrics } : {},
        publish: completionsIn(event),
      };
    }
    case 'checkpointed':
      return onCheckpointed(run, event.body, now);
    case 'failed':
      if (mayOutgrow(run, event.body.error)) return onOutgrown(run, event.body.error);
      return event.body.retriable
        ? onAttemptEnded(run, event.body.error, now, 'retry')
        : endedBy(run, () => failed(run, event.body.error, now), now);
    case 'completed': {
      const { result } = event.body;
      const gates = checkGates(run.spec.evaluation.gates, result);
      return endedBy(
        run,
        () => ({
          changes: {
            ...ended('completed', now),
            result,
            currentEpoch: result.epochsTrained,
            currentStage: 'register',
            latestMetrics: { ...run.latestMetrics, ...result.metrics },
            gates,
            error: null,
          },
          publish: [{ type: 'run.completed', detail: { metrics: result.metrics, gates } }],
        }),
        now,
      );
    }
    default:
      return assertNever(event);
  }
}

/** What a callback says is done, a stage or an epoch, whether it comes in time or after the end of the run. */
export function completionsIn(event: RunCallback): Transition['publish'] {
  switch (event.kind) {
    case 'stage-complete': {
      const { stage, seconds, cacheHit } = event.body;
      return [{ type: 'run.stage.completed', detail: { stage, seconds, cacheHit } }];
    }
    case 'epoch-complete': {
      const { epoch, metrics, byTies } = event.body;
      return [{ type: 'run.epoch.completed', detail: { epoch, metrics, ...(byTies && { byTies }) } }];
    }
    default:
      return [];
  }
}

function onCheckpointed(run: Run, body: CallbackBody<'checkpointed'>, now: Date): Step {
  const { uri, epoch, final, reason, sentAt } = body;
  const isAhead = uri !== null && epoch >= (run.checkpoint?.epoch ?? 0);
  const checkpoint = isAhead ? { uri, epoch, at: sentAt } : run.checkpoint;
  const saved: Step = {
    changes: { checkpoint },
    publish: uri === null ? [] : [{ type: 'run.checkpointed', detail: { epoch, uri } }],
  };
  if (!final) return saved;
  if (reason === 'prepared' && run.phase === 'prepare' && run.status !== 'cancelling') return prepared(run);
  const error: RunError = {
    code: (reason === 'timeLimit' ? 'time-limit' : 'preempted') satisfies ControlPlaneErrorCode,
    message:
      reason === 'timeLimit' ? 'the platform limit of the attempt was near' : 'the trainer was told to stop',
    stage: run.currentStage,
    remedy: null,
  };
  const end = onAttemptEnded({ ...run, checkpoint }, error, now, reason === 'timeLimit' ? 'free' : 'retry');
  return {
    changes: { ...saved.changes, ...end.changes },
    publish: [...(saved.publish ?? []), ...(end.publish ?? [])],
    stopJob: end.stopJob ?? null,
  };
}
