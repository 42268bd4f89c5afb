/** Callbacks as a trainer sends them. */
import {
  deriveRunSecret,
  signCallback,
  STAGES,
  type CallbackBody,
  type CallbackKind,
  type RunResult,
} from '@trainyard/shared';
import { MASTER_SECRET } from './controlPlane.js';
import type { Sent } from './functionClient.js';

/** One callback; `id` stays the same whenever it is sent again. */
export type TestCallback = {
  [K in CallbackKind]: { kind: K; id: string; body: CallbackBody<K> };
}[CallbackKind];

const SENT_AT = '2026-01-01T00:00:00.000Z';

export const RESULT: RunResult = {
  metrics: { val_loss: 6.1, test_recall_at_10: 0.31 },
  baselines: { popularity: { test_recall_at_10: 0.12 } },
  artifacts: { query_model: 'file:///objects/runs/query_model' },
  epochsTrained: 20,
  bestEpoch: 18,
  earlyStoppedAtEpoch: null,
  backend: 'wasm',
  examplesPerSecond: 12_345.6,
};

/** The callbacks of one attempt, numbered as they are made. */
export function trainer(attempt = 1) {
  let seq = 0;
  const sender = () => ({ attempt, seq: ++seq, sentAt: SENT_AT });
  const make = <K extends CallbackKind>(
    kind: K,
    rest: Omit<CallbackBody<K>, 'attempt' | 'seq' | 'sentAt'>,
  ) => {
    const body = { ...sender(), ...rest };
    // Kind and body go together by the parameter; the compiler cannot follow it into the union.
    return { kind, id: `callback-${attempt}-${body.seq}`, body } as unknown as TestCallback;
  };
  return {
    attempt,
    heartbeat: (fraction: number) =>
      make('heartbeat', {
        stage: 'train',
        progress: { fraction, step: null, totalSteps: null, examplesPerSecond: null },
        resources: {
          rssMb: 512,
          gpuPercent: null,
          gpuMemoryMb: null,
          gpuMemoryTotalMb: null,
          cpuPercent: 98,
        },
      }),
    stage: (stage: (typeof STAGES)[number]) =>
      make('stage-complete', {
        stage,
        seconds: 1.5,
        cacheHit: false,
        counts: { rows: 100 },
        detail: '',
        warnings: [],
      }),
    epoch: (epoch: number) =>
      make('epoch-complete', {
        epoch,
        metrics: { loss: 10 - epoch / 3, val_loss: 11 - epoch / 7 },
        seconds: 2,
        examples: 1000,
        examplesPerSecond: 500,
      }),
    log: (...messages: string[]) =>
      make('log', {
        lines: messages.map((message) => ({
          at: SENT_AT,
          level: 'info',
          message,
          stage: 'train',
          fields: {},
        })),
      }),
    checkpointed: (epoch: number, final?: 'stopped' | 'preempted' | 'timeLimit' | 'prepared') =>
      make('checkpointed', {
        uri: `file:///objects/checkpoints/${epoch}`,
        epoch,
        final: final !== undefined,
        reason: final ?? 'periodic',
      }),
    failed: (retriable: boolean) =>
      make('failed', {
        error: { code: 'no-memory', message: 'too large', stage: 'train', remedy: null },
        retriable,
      }),
    completed: (result = RESULT) => make('completed', { result }),
  };
}

/** A whole training of `epochs` epochs: stages, epochs with heartbeats, log lines, the end. */
export function wholeTraining(epochs: number, attempt = 1): TestCallback[] {
  const says = trainer(attempt);
  const [before, after] = [STAGES.slice(0, 3), STAGES.slice(3)];
  return [
    ...before.flatMap((stage) => [says.log(`begins ${stage}`), says.stage(stage)]),
    ...Array.from({ length: epochs }, (_, i) => [says.heartbeat(i / epochs), says.epoch(i + 1)]).flat(),
    ...after.map((stage) => says.stage(stage)),
    says.completed({ ...RESULT, epochsTrained: epochs }),
  ];
}

export interface Signing {
  now: Date;
  runId: string;
  /** What the key is made of, where it is not the run and the attempt themselves. */
  secret?: string;
  headers?: Record<string, string>;
}

export interface Signable {
  kind: string;
  id: string;
  body: { attempt?: number; [key: string]: unknown };
  /** Who speaks, where the body does not say. */
  attempt?: number;
}

/** The request that a trainer makes of a callback. */
export function signed(
  { kind, id, body, attempt = body.attempt ?? 1 }: Signable,
  { now, runId, secret, headers }: Signing,
): { path: string; sent: Sent } {
  const text = JSON.stringify(body);
  const key = secret ?? deriveRunSecret(MASTER_SECRET, runId, attempt);
  return {
    path: `/api/training-runs/${runId}/webhook/${kind}`,
    sent: {
      method: 'POST',
      body: text,
      headers: {
        'content-type': 'application/json',
        'trainyard-attempt': String(attempt),
        ...signCallback(key, id, now, text),
        ...headers,
      },
    },
  };
}
