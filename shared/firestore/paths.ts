/** Where each document lives (DESIGN: Firestore). The only place that spells a path. */
import type { StageName } from '../runs/status.js';

export const paths = {
  models: 'models',
  model: (modelId: string) => `models/${modelId}`,
  runs: 'runs',
  run: (runId: string) => `runs/${runId}`,
  epochs: (runId: string) => `runs/${runId}/epochs`,
  /** Four digits or more, so that text order is epoch order up to 9999. */
  epoch: (runId: string, epoch: number) => `runs/${runId}/epochs/${String(epoch).padStart(4, '0')}`,
  stages: (runId: string) => `runs/${runId}/stages`,
  stage: (runId: string, stage: StageName) => `runs/${runId}/stages/${stage}`,
  logs: (runId: string) => `runs/${runId}/logs`,
  /** One chunk per log callback; attempt and number order them. */
  logChunk: (runId: string, attempt: number, seq: number) =>
    `runs/${runId}/logs/${String(attempt).padStart(4, '0')}-${String(seq).padStart(8, '0')}`,
  events: (runId: string) => `runs/${runId}/events`,
  event: (runId: string, eventId: string) => `runs/${runId}/events/${eventId}`,
  outbox: 'outbox',
  outboxEvent: (eventId: string) => `outbox/${eventId}`,
  idempotencyKey: (digest: string) => `idempotencyKeys/${digest}`,
} as const;
