import type { CallbackBody } from '@trainyard/shared';

/** Why a training ends before it is done. */
export type StopReason = Exclude<CallbackBody<'checkpointed'>['reason'], 'periodic'>;

/** The one place that knows whether to stop. The first reason stays: it is what made the training end. */
export class StopSignal {
  private first: StopReason | null = null;
  private readonly controller = new AbortController();
  private resolve: (reason: StopReason) => void = () => {};
  /** Resolves when a stop is requested. */
  readonly requested = new Promise<StopReason>((resolve) => {
    this.resolve = resolve;
  });

  get reason(): StopReason | null {
    return this.first;
  }

  /** Aborted when a stop is requested. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  request(reason: StopReason): void {
    this.first ??= reason;
    this.resolve(this.first);
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
