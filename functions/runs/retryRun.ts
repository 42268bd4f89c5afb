import { isTerminal, runName, type GivenIdentity, type Run } from '@trainyard/shared';
import { DomainError } from '../errors/domainError.js';
import { startRun, type StartPorts } from './createRun.js';
import { givenIdentity } from './planStart.js';

/**
 * Starts a new run with the specification of one that failed or was cancelled, going on from its last checkpoint where it has
 * one. A run that has ended never changes again, so the retry is a run of its own, which says whose.
 */
export function retryRun(
  cp: StartPorts,
  run: Run,
  request: { requestedBy: string; idempotencyKey: string | undefined },
): ReturnType<typeof startRun> {
  if (!isTerminal(run.status)) {
    throw cannotRetry(
      `${runName(run)} is ${run.status}: it retries by itself. Cancel it first to begin another attempt.`,
    );
  }
  if (run.status === 'completed') {
    throw cannotRetry(`${runName(run)} is completed: start a new run instead.`);
  }
  const checkpointUri =
    (run.checkpoint ? undefined : run.retryOf?.checkpointUri) ??
    cp.objects.uri(`runs/${run.runId}/checkpoints`);
  return startRun(
    cp,
    {
      modelId: run.modelId,
      spec: run.spec,
      retriedQuickTest: run.quickTest,
      retryOf: { runId: run.runId, checkpointUri },
      ...identityOf(run),
      ...request,
    },
    () => undefined,
  );
}

/** A retry is what the run was; only a trial of a sweep is none, for its sweep has counted it. */
function identityOf({ title, ...run }: Run): GivenIdentity {
  return givenIdentity({
    ...run,
    title: title === '' ? undefined : title,
    sweep: undefined,
    quickTest: undefined,
  });
}

function cannotRetry(detail: string): DomainError {
  return new DomainError('cannot-retry', detail);
}
