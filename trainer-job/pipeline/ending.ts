/**
 * How a trainer process ends.
 *
 * | what happened | last callback | waits for it | exit code |
 * |---|---|---|---|
 * | it was asked to look only | none | 10 s | 0 |
 * | the data stages are done, and no more was asked for | `checkpointed`, final, `prepared` | 60 s | 0, or 75 when nobody acknowledged it |
 * | all stages done | `completed` | 120 s | 0, or 75 when nobody acknowledged it |
 * | the control plane said stop | `checkpointed`, final, `stopped` | 10 s | 143 |
 * | SIGTERM or SIGINT | `checkpointed`, final, `preempted` | 10 s | 143 |
 * | the attempt's deadline is near | `checkpointed`, final, `timeLimit` | 10 s | 75 |
 * | bad specification or data | `failed`, not retriable | 60 s | 2 |
 * | anything else | `failed`, retriable | 60 s | 75 |
 *
 * Where a query does not let go of its thread within a second of its interruption, the process ends by SIGKILL instead, once
 * that has been said.
 */
import type { RunError, RunResult } from '@trainyard/shared';
import type { Reporter } from '../report/reporter.js';
import type { StopReason } from '../stopSignal.js';

export type Ending =
  /** There was something to find out, and nothing to train. */
  | { kind: 'found' }
  /** The data stages were all that was asked for. */
  | { kind: 'prepared' }
  | { kind: 'completed'; result: RunResult; primaryMetric: string | null }
  /** `checkpoint` is null when nothing was saved yet. */
  | { kind: 'stopped'; reason: StopReason; checkpoint: { uri: string; epoch: number } | null }
  | { kind: 'failed'; error: RunError; retriable: boolean };

type EndingName = 'found' | 'prepared' | 'completed' | StopReason | 'refused' | 'failed';

const TABLE: Record<EndingName, { waitMs: number; heard: number; unheard: number }> = {
  found: { waitMs: 10_000, heard: 0, unheard: 0 },
  prepared: { waitMs: 60_000, heard: 0, unheard: 75 },
  completed: { waitMs: 120_000, heard: 0, unheard: 75 },
  stopped: { waitMs: 10_000, heard: 143, unheard: 143 },
  preempted: { waitMs: 10_000, heard: 143, unheard: 143 },
  timeLimit: { waitMs: 10_000, heard: 75, unheard: 75 },
  refused: { waitMs: 60_000, heard: 2, unheard: 2 },
  failed: { waitMs: 60_000, heard: 75, unheard: 75 },
};

/** Says the last word, waits until it is heard, and returns the exit code. */
export async function conclude(ending: Ending, reporter: Reporter): Promise<number> {
  const { waitMs, heard, unheard } = TABLE[nameOf(ending)];
  say(ending, reporter);
  return (await reporter.end(waitMs)) === 'acknowledged' ? heard : unheard;
}

function nameOf(ending: Ending): EndingName {
  if (ending.kind === 'stopped') return ending.reason;
  if (ending.kind === 'failed') return ending.retriable ? 'failed' : 'refused';
  return ending.kind;
}

function say(ending: Ending, reporter: Reporter): void {
  switch (ending.kind) {
    case 'found':
      return;
    case 'prepared':
      return reporter.checkpointed({ uri: null, epoch: 0, final: true, reason: 'prepared' });
    case 'completed':
      return reporter.completed(ending.result, ending.primaryMetric);
    case 'failed':
      return reporter.failed(ending.error, ending.retriable);
    case 'stopped': {
      const { uri, epoch } = ending.checkpoint ?? { uri: null, epoch: 0 };
      return reporter.checkpointed({ uri, epoch, final: true, reason: ending.reason });
    }
  }
}
