/** What a training spends its time on. `data`: finding and reading the rows of batches. */
export const PHASES = ['data', 'forward', 'loss', 'backward', 'apply'] as const;
export type Phase = (typeof PHASES)[number];

/** Adds up the seconds of each phase; entering one ends the one before. */
export class PhaseClock {
  private current: Phase | undefined;
  private since = 0;
  private spent = new Map<Phase, number>();

  enter(phase: Phase): void {
    this.stop();
    this.current = phase;
  }

  stop(): void {
    const now = performance.now();
    if (this.current) {
      this.spent.set(this.current, (this.spent.get(this.current) ?? 0) + (now - this.since) / 1000);
    }
    this.current = undefined;
    this.since = now;
  }

  /** The seconds since the last lap. */
  lap(): Record<Phase, number> {
    this.stop();
    const of = (phase: Phase) => this.spent.get(phase) ?? 0;
    const spent = {
      data: of('data'),
      forward: of('forward'),
      loss: of('loss'),
      backward: of('backward'),
      apply: of('apply'),
    };
    this.spent = new Map();
    return spent;
  }
}
