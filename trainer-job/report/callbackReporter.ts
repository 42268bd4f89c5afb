import {
  cutText,
  MAX_STAGE_WARNINGS,
  type Progress,
  type RunError,
  type RunResult,
  type StageName,
} from '@trainyard/shared';
import type { EpochReport } from '../train/loop/trainRequest.js';
import type { CallbackContent, CallbackQueue } from './callbackQueue.js';
import type { Delivery } from './callbackSender.js';
import { LogBatch } from './logBatch.js';
import type { processLog } from './processLog.js';
import type { LogFields, LogLevel, Reporter } from './reporter.js';
import type { Resources } from './resources.js';

const TICK_MS = 1000;
/** How often a stage without news says that it lives. */
const QUIET_TICKS = 2;
const START: Progress = { fraction: 0, step: null, totalSteps: null, examplesPerSecond: null };

export interface CallbackReporterOptions {
  queue: CallbackQueue;
  writeLog: ReturnType<typeof processLog>;
  sampleResources: () => Resources;
  now: () => Date;
}

/** Reports to the control plane, and everything worth a line to the process's own log too. */
export class CallbackReporter implements Reporter {
  private stage: StageName | null = null;
  private latest: Progress = START;
  private hasNews = false;
  private quietTicks = 0;
  private readonly batch = new LogBatch();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: CallbackReporterOptions) {
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.timer.unref();
  }

  stageStarted(stage: StageName): void {
    this.stage = stage;
    this.latest = START;
    this.log('info', `${stage} begins`);
    this.sendHeartbeat();
  }

  stageCompleted(report: CallbackContent<'stage-complete'>): void {
    const detail = cutText(report.detail, 1000);
    const warnings = report.warnings.slice(0, MAX_STAGE_WARNINGS);
    this.options.queue.enqueue('stage-complete', { ...report, detail, warnings });
    const how = report.cacheHit ? 'reused' : `done in ${report.seconds.toFixed(1)} s`;
    this.log('info', `${report.stage} ${how}`, { counts: report.counts });
    for (const { message, ...fields } of report.warnings) this.log('warn', message, fields);
  }

  epochCompleted({ epoch, metrics, seconds, examples, examplesPerSecond, byTies }: EpochReport): void {
    const finite = finiteOnly(metrics);
    this.options.queue.enqueue('epoch-complete', {
      epoch,
      metrics: finite,
      seconds,
      examples,
      examplesPerSecond: Number.isFinite(examplesPerSecond) ? examplesPerSecond : 0,
      ...(byTies && { byTies }),
    });
    this.log('info', `epoch ${epoch} done`, { epoch, metrics: finite, seconds, examplesPerSecond });
  }

  progress(progress: Progress): void {
    this.latest = progress;
    this.hasNews = true;
  }

  checkpointed(checkpoint: CallbackContent<'checkpointed'>): void {
    const { epoch, reason, final } = checkpoint;
    const what = reason === 'prepared' ? 'the data are prepared' : `checkpoint after epoch ${epoch}`;
    this.log('info', what, { reason, final });
    this.sayBefore(final);
    this.options.queue.enqueue('checkpointed', checkpoint);
  }

  log(level: LogLevel, message: string, fields: LogFields = {}): void {
    const at = this.options.now();
    this.options.writeLog(level, this.stage, message, fields, at);
    this.batch.add({ at: at.toISOString(), level, message, stage: this.stage, fields });
  }

  failed(error: RunError, retriable: boolean): void {
    this.log('error', error.message, { code: error.code, remedy: error.remedy, retriable });
    this.sayBefore(true);
    this.options.queue.enqueue('failed', { error, retriable });
  }

  completed(result: RunResult): void {
    this.log('info', 'completed', { metrics: result.metrics, backend: result.backend });
    this.sayBefore(true);
    this.options.queue.enqueue('completed', { result });
  }

  onStop(listener: () => void): void {
    this.options.queue.onStop(listener);
  }

  async end(timeoutMs: number): Promise<Delivery> {
    clearInterval(this.timer);
    this.sendLog();
    return this.options.queue.flush(timeoutMs);
  }

  private tick(): void {
    this.sendLog();
    if (this.stage === null) return;
    this.quietTicks += 1;
    if (this.hasNews || this.quietTicks >= QUIET_TICKS) this.sendHeartbeat();
  }

  private sendHeartbeat(): void {
    if (this.stage === null) return;
    this.hasNews = false;
    this.quietTicks = 0;
    const { queue, sampleResources } = this.options;
    queue.heartbeat({ stage: this.stage, progress: cleaned(this.latest), resources: sampleResources() });
  }

  /** A final callback is the last one of its attempt: the log goes before it, and nothing comes after it. */
  private sayBefore(final: boolean): void {
    if (!final) return;
    clearInterval(this.timer);
    this.sendLog();
  }

  private sendLog(): void {
    const lines = this.batch.drain(this.options.now());
    if (lines.length > 0) this.options.queue.enqueue('log', { lines });
  }
}

function finiteOnly(metrics: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}

function cleaned(progress: Progress): Progress {
  const { fraction, examplesPerSecond } = progress;
  return {
    ...progress,
    fraction: Math.min(1, Math.max(0, fraction)),
    examplesPerSecond: Number.isFinite(examplesPerSecond) ? examplesPerSecond : null,
  };
}
