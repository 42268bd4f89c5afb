/**
 * Callbacks at a steady rate, whatever the server makes of them: each run says one epoch after another, as its trainer would, and
 * the time of a callback counts from when it was due, so that waiting behind a slow one counts too.
 */
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { deriveRunSecret, METRICS, metricName, signCallback } from '@trainyard/shared';

export interface LoadOptions {
  url: string;
  masterSecret: string;
  runIds: readonly string[];
  /** Callbacks a second, over all runs together; 0: each run sends the next as soon as the last is answered. */
  perSecond: number;
  /** Of all runs together. */
  callbacks: number;
  /** The number of each run's last epoch so far. */
  after: number;
  /** Told when a callback is due, so that its way to listeners can be timed. */
  onDue?: (runId: string, epoch: number) => void;
}

export interface LoadResult {
  seconds: number;
  /** Milliseconds from when each was due to its answer, sorted. */
  latencies: number[];
  /** Answers other than 200. */
  refused: number;
  /**
   * Connections that broke before the answer: the server ends what was idle for five seconds, and a callback may just then be on
   * its way. It was sent again, as a trainer would.
   */
  broken: number;
}

export async function sendCallbacks(options: LoadOptions): Promise<LoadResult> {
  const { runIds, callbacks } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: runIds.length });
  const latencies: number[] = [];
  const counts = { refused: 0, broken: 0 };
  const begun = performance.now();
  const each = Math.ceil(callbacks / runIds.length);
  await Promise.all(
    runIds.map((runId, index) => speak({ ...options, agent, runId, index, each, begun, latencies, counts })),
  );
  const seconds = (performance.now() - begun) / 1000;
  agent.destroy();
  return {
    seconds,
    latencies: latencies.toSorted((a, b) => a - b),
    ...counts,
  };
}

interface Speaker extends LoadOptions {
  agent: Agent;
  runId: string;
  index: number;
  each: number;
  begun: number;
  latencies: number[];
  counts: { refused: number; broken: number };
}

/** One run's callbacks, in order. */
async function speak(speaker: Speaker): Promise<void> {
  const { runId, index, each, begun, perSecond, runIds, after, latencies, counts, onDue } = speaker;
  const secret = deriveRunSecret(speaker.masterSecret, runId, 1);
  for (let i = 0; i < each; i++) {
    const epoch = after + i + 1;
    const due =
      perSecond === 0 ? performance.now() : begun + ((i * runIds.length + index) * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await pause(wait);
    onDue?.(runId, epoch);
    const status = await untilAnswered(speaker, secret, epoch);
    latencies.push(performance.now() - due);
    if (status !== 200) counts.refused++;
  }
}

async function untilAnswered(speaker: Speaker, secret: string, epoch: number): Promise<number> {
  for (;;) {
    try {
      return await post(speaker, secret, epoch);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ECONNRESET')) throw error;
      speaker.counts.broken++;
    }
  }
}

function post({ url, agent, runId }: Speaker, secret: string, epoch: number): Promise<number> {
  const now = new Date();
  const body = JSON.stringify({
    attempt: 1,
    seq: epoch,
    sentAt: now.toISOString(),
    epoch,
    metrics: {
      [metricName(METRICS.loss, 'training')]: 1 / epoch,
      [metricName(METRICS.loss, 'validation')]: 1.1 / epoch,
      [metricName(METRICS.recall, 'validation', 10)]: 0.1,
      [metricName(METRICS.recall, 'validation', 100)]: 0.3,
    },
    seconds: 1,
    examples: 100_000,
    examplesPerSecond: 100_000,
  });
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}/api/training-runs/${runId}/webhook/epoch-complete`,
      {
        agent,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'trainyard-attempt': '1',
          ...signCallback(secret, `epoch-${epoch}`, now, body),
        },
      },
      (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

/** The value below which a share of the sorted values lies. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
