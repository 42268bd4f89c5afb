import type { LogLine, Progress, RunError, RunResult, StageName } from '@trainyard/shared';
import type { EpochReport } from '../train/loop/trainRequest.js';
import type { CallbackContent } from './callbackQueue.js';
import type { Delivery } from './callbackSender.js';

export type LogLevel = LogLine['level'];
export type LogFields = Record<string, unknown>;

/** Tells how the training goes, in the words of the pipeline. No method waits for anybody, but `end`. */
export interface Reporter {
  stageStarted(stage: StageName): void;
  stageCompleted(report: CallbackContent<'stage-complete'>): void;
  epochCompleted(report: EpochReport): void;
  /** May be called at every step: it is passed on at most once a second. */
  progress(progress: Progress): void;
  /** After a checkpoint is durable; with `final` the training ends here. */
  checkpointed(checkpoint: CallbackContent<'checkpointed'>): void;
  log(level: LogLevel, message: string, fields?: LogFields): void;
  failed(error: RunError, retriable: boolean): void;
  /** `primaryMetric`: what the verdict goes by; none where it has no value. */
  completed(result: RunResult, primaryMetric?: string | null): void;
  /** Told once when the control plane wants the training to stop. */
  onStop(listener: () => void): void;
  /** Waits until the last thing said has been heard, at most so long. */
  end(timeoutMs: number): Promise<Delivery>;
}
