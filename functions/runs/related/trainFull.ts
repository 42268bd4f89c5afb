import { runName, wholeAgain, type Run } from '@trainyard/shared';
import { DomainError } from '../../errors/domainError.js';
import { startRun, type StartPorts } from '../createRun.js';

/** Starts the run that a quick test was made of, on everything: each setting that was cut is as it was. */
export function trainFull(
  cp: StartPorts,
  quick: Run,
  request: { requestedBy: string; idempotencyKey: string | undefined },
): ReturnType<typeof startRun> {
  const { modelId, runId, experiment, parentRunId, systemTags } = quick;
  const { experiment_type: _, ...tags } = systemTags;
  return startRun(
    cp,
    {
      modelId,
      spec: wholeAgain(quick.spec, cutsOf(quick)),
      quickRunId: runId,
      experiment,
      parentRunId,
      systemTags: tags,
      ...request,
    },
    () => undefined,
  );
}

function cutsOf(quick: Run): NonNullable<Run['quickTest']>['cuts'] {
  if (quick.quickTest) return quick.quickTest.cuts;
  const why =
    quick.intent === 'quick-test'
      ? 'has the intent quick-test, but it trains its specification as it was given, and nothing was left out of it that could be put back'
      : 'is no quick test: it trains its whole specification already';
  const remedy =
    'Start one with "quickTest": {} in the request, or trainyard start --quick; then train-full trains the same on everything.';
  throw new DomainError('no-quick-test', `${runName(quick)} ${why}. ${remedy}`);
}
