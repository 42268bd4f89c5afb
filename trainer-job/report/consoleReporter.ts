import {
  formatMetric,
  resultMetrics,
  type Progress,
  type RunError,
  type RunResult,
  type StageName,
  whole,
} from '@trainyard/shared';
import type { EpochReport } from '../train/loop/trainRequest.js';
import type { CallbackContent } from './callbackQueue.js';
import type { Delivery } from './callbackSender.js';
import type { LogFields, LogLevel, Reporter } from './reporter.js';

export interface Terminal {
  write(text: string): void;
  /** False for files and pipes: no progress is drawn there. */
  isTTY: boolean;
}

const DRAW_EVERY_MS = 200;

/** Tells a person at a terminal how the training goes, where there is no control plane. */
export class ConsoleReporter implements Reporter {
  /** Of all stages so far: whoever looks at the result alone is to see them too. */
  private readonly warnings: string[] = [];
  private lastDrawn = 0;
  private isProgressShown = false;
  /** Of the epoch that goes on: since when it is seen, and from where. */
  private begin: { at: number; fraction: number; last: number } | undefined;

  constructor(private readonly terminal: Terminal) {}

  stageStarted(stage: StageName): void {
    if (this.terminal.isTTY) this.draw(`${stage.padEnd(10)} …`);
  }

  stageCompleted({
    stage,
    seconds,
    cacheHit,
    counts,
    detail,
    warnings,
  }: CallbackContent<'stage-complete'>): void {
    const numbers = Object.entries(counts).map(([name, value]) => `${name} ${value.toLocaleString('en-US')}`);
    const took = cacheHit ? 'reused' : `${seconds.toFixed(1)} s`;
    this.line([stage.padEnd(10), took.padStart(8), detail, ...numbers].filter(Boolean).join('  '));
    for (const { message, remedy } of warnings) {
      this.line(`warning: ${message}`);
      if (remedy !== null) this.line(`  to do: ${remedy}`);
    }
    this.warnings.push(...warnings.map(({ message }) => message));
  }

  epochCompleted({ epoch, metrics, examplesPerSecond }: EpochReport): void {
    const values = Object.entries(metrics).map(([name, value]) => `${name} ${formatMetric(name, value)}`);
    const speed = `${whole(examplesPerSecond)} examples/s`;
    this.line([`epoch ${epoch}`.padEnd(10), ...values, speed].join('  '));
  }

  progress(progress: Progress): void {
    const now = Date.now();
    // A step that is not after the last one belongs to another epoch.
    if (!this.begin || (progress.step ?? 0) <= this.begin.last)
      this.begin = { at: now, fraction: progress.fraction, last: 0 };
    this.begin.last = progress.step ?? 0;
    if (!this.terminal.isTTY || now - this.lastDrawn < DRAW_EVERY_MS) return;
    this.lastDrawn = now;
    this.draw(progressLine(progress, (now - this.begin.at) / 1000, this.begin.fraction));
  }

  checkpointed({ uri, epoch, final }: CallbackContent<'checkpointed'>): void {
    if (!final) return;
    const where = uri === null ? 'before anything was saved' : `after epoch ${epoch}; saved in ${uri}`;
    this.line(`stopped ${where}. The same command goes on from there.`);
  }

  log(level: LogLevel, message: string, _fields?: LogFields): void {
    if (level !== 'debug') this.line(level === 'info' ? message : `${level}: ${message}`);
  }

  failed({ message, remedy }: RunError, retriable: boolean): void {
    this.line(`failed: ${message}`);
    if (remedy !== null) this.line(`  to do: ${remedy}`);
    else if (retriable) this.line('  the same command tries again from the last checkpoint');
  }

  completed(
    { metrics, baselines, artifacts, bestEpoch, backend, verdict }: RunResult,
    primaryMetric: string | null = null,
  ): void {
    this.line(`completed on ${backend}; best epoch ${bestEpoch}`);
    if (verdict) this.line(verdict.sentence);
    for (const reason of verdict?.reasons ?? []) this.line(`  - ${reason}`);
    const columns: [string, Readonly<Record<string, number>>][] = [
      ['model', metrics],
      ...Object.entries(baselines),
    ];
    const shown = resultMetrics(Object.keys(metrics));
    const isShown = primaryMetric === null || shown.includes(primaryMetric);
    const names = isShown ? shown : [primaryMetric, ...shown];
    const width = Math.max(20, ...names.map((name) => name.length));
    for (const name of names) {
      const values = columns.flatMap(([who, of]) =>
        of[name] === undefined ? [] : [`${who} ${formatMetric(name, of[name])}`],
      );
      this.line(`  ${name.padEnd(width)}  ${values.join('   ')}`);
    }
    for (const message of this.warnings) this.line(`  warning: ${message}`);
    for (const [name, uri] of Object.entries(artifacts)) this.line(`  ${name.padEnd(20)}  ${uri}`);
  }

  /** Nobody but the person at the keyboard can stop it, by a signal. */
  onStop(_listener: () => void): void {}

  async end(): Promise<Delivery> {
    return 'acknowledged';
  }

  private line(text: string): void {
    this.terminal.write(`${this.isProgressShown ? '\r\u001b[K' : ''}${text}\n`);
    this.isProgressShown = false;
  }

  private draw(text: string): void {
    this.terminal.write(`\r\u001b[K${text}`);
    this.isProgressShown = true;
  }
}

/** A bar, the step, the loss, the speed, and how long the epoch will take yet: from `seconds` since it was at `from`. */
export function progressLine(progress: Progress, seconds: number, from: number): string {
  const { fraction, step, totalSteps, examplesPerSecond, loss } = progress;
  const filled = Math.round(fraction * 30);
  const left = fraction > from ? (seconds * (1 - fraction)) / (fraction - from) : undefined;
  return [
    `[${'#'.repeat(filled)}${'.'.repeat(30 - filled)}] ${Math.round(fraction * 100)} %`,
    step !== null && totalSteps !== null && `step ${step}/${totalSteps}`,
    loss !== undefined && `loss ${loss.toFixed(4)}`,
    examplesPerSecond !== null && `${whole(examplesPerSecond)} examples/s`,
    left !== undefined && `${left < 90 ? `${Math.ceil(left)} s` : `${Math.ceil(left / 60)} min`} left`,
  ]
    .filter(Boolean)
    .join('  ');
}
