import { setTimeout as pause } from 'node:timers/promises';
import type { CallbackBody } from '@trainyard/shared';

/** Platforms kill a process some ten seconds after they asked it to end. */
const FINISH_MS = 5000;

/** Why a training ends before it is done. */
export type StopReason = Exclude<CallbackBody<'checkpointed'>['reason'], 'periodic' | 'prepared'>;

/** The one place that knows whether to stop. The first reason stays: it is what made the training end. */
export class StopSignal {
  private first: StopReason | null = null;
  private readonly lastWorks = new Set<(reason: StopReason) => Promise<void>>();
  private lastWorksDone: Promise<unknown> = Promise.resolve();
  private readonly controller = new AbortController();
  private resolve: (reason: StopReason) => void = () => {};
  /** Resolves when a stop is requested. */
  readonly requested = new Promise<StopReason>((resolve) => {
    this.resolve = resolve;
  });

  get reason(): StopReason | null {
    return this.first;
  }

  /** What must be done between a stop and the end of the process. Returns how to take it back. */
  readonly beforeEnd = (work: (reason: StopReason) => Promise<void>): (() => void) => {
    this.lastWorks.add(work);
    return () => this.lastWorks.delete(work);
  };

  /** Resolves when that is done, or after some seconds. A failure is that of work that is given up anyway. */
  async finish(): Promise<void> {
    await Promise.race([this.lastWorksDone, pause(FINISH_MS, undefined, { ref: false })]);
  }

  /** Aborted when a stop is requested. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  request(reason: StopReason): void {
    if (this.first !== null) return;
    this.first = reason;
    this.lastWorksDone = Promise.allSettled([...this.lastWorks].map((work) => work(reason)));
    this.resolve(reason);
    this.controller.abort();
  }

  /** Requests a stop for the time limit at `at`, as long as the process lives. */
  requestAt(at: Date, now: () => Date): void {
    setInterval(() => {
      if (now() >= at) this.request('timeLimit');
    }, 500).unref();
  }
}

/**
 * When to stop for a deadline: `marginSeconds` before it, but never later than is needed to have spent four fifths of
 * the time on work, so that short limits make progress too.
 */
export function timeLimit(deadline: Date, start: Date, marginSeconds: number): Date {
  const left = Math.max(0, deadline.getTime() - start.getTime());
  return new Date(deadline.getTime() - Math.min(marginSeconds * 1000, left / 5));
}
