import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { specOf } from './settings.js';
import type { PlannedRun } from './scenario.js';

/** Longer than a transaction waits for another one: impatience only makes it wait longer. */
const TIMEOUT_MS = 15_000;
/** How long he asks: a host that starts for seconds is up for less time than it is down. */
const PATIENCE_MS = 5 * 60_000;
const startedSchema = z.object({ runId: z.string() });
const sweepStartedSchema = z.object({ sweepId: z.string() });

/** A caller who asks again until he is answered. */
export class Client {
  constructor(private readonly url: string) {}

  /** The id of the run: always the same one, for the key is. */
  async start({ scenario, epochs, key }: PlannedRun): Promise<string> {
    const body = { spec: specOf(epochs) };
    const answer = await this.post(`/api/models/${scenario}/training-runs`, body, key);
    return startedSchema.parse(answer).runId;
  }

  /** The id of the sweep: always the same one, for the key is. */
  async startSweep(modelId: string, key: string, body: object): Promise<string> {
    const answer = await this.post(`/api/models/${modelId}/sweeps`, body, key);
    return sweepStartedSchema.parse(answer).sweepId;
  }

  async cancel(runId: string): Promise<void> {
    await this.post(`/api/training-runs/${runId}/cancel`, {}, `cancel-${runId}`);
  }

  private async post(path: string, body: unknown, key: string): Promise<unknown> {
    let last: unknown;
    const end = Date.now() + PATIENCE_MS;
    for (let tries = 1; Date.now() < end; tries++) {
      try {
        const response = await fetch(`${this.url}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': key },
          body: JSON.stringify(body),
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        const text = await response.text();
        if (response.ok) return JSON.parse(text);
        if (response.status < 500) throw new RefusedError(`${path} answered ${response.status}: ${text}`);
        last = new Error(`${path} answered ${response.status}`);
      } catch (error) {
        if (error instanceof RefusedError) throw error;
        last = error;
      }
      await pause(Math.min(50 * tries, 500));
    }
    throw new Error(`${path} was not answered in ${PATIENCE_MS / 1000} s`, { cause: last });
  }
}

class RefusedError extends Error {}
