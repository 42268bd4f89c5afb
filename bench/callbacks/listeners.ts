import { followRun } from '@trainyard/local/client/runStream';

/** Follows runs through `/stream` and notes when each epoch arrives. */
export class Listeners {
  private readonly closing = new AbortController();
  private readonly arrivals = new Map<string, number>();
  private readonly dues = new Map<string, number>();
  private readonly following: Promise<void>[];

  constructor(url: string, runIds: readonly string[]) {
    this.following = runIds.map((runId) => this.follow(url, runId));
  }

  due(runId: string, epoch: number): void {
    this.dues.set(`${runId} ${epoch}`, performance.now());
  }

  /** Milliseconds from when a callback was due to its epoch at the listener, sorted. */
  async delays(): Promise<number[]> {
    this.closing.abort();
    await Promise.all(this.following);
    return [...this.arrivals]
      .flatMap(([key, at]) => {
        const due = this.dues.get(key);
        return due === undefined ? [] : [at - due];
      })
      .toSorted((a, b) => a - b);
  }

  private async follow(url: string, runId: string): Promise<void> {
    try {
      for await (const { event, data } of followRun({ url }, runId, {
        signal: this.closing.signal,
      })) {
        if (event === 'epoch') this.arrivals.set(`${runId} ${data.epoch}`, performance.now());
      }
    } catch (error) {
      if (!this.closing.signal.aborted) throw error;
    }
  }
}
