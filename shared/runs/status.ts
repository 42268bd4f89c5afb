/** The words of a run's life, without the schemas that check them (`statusSchemas.ts`): a page that reads them loads no validator. */

export const RUN_STATUSES = [
  'pending',
  'provisioning',
  'running',
  'cancelling',
  'completed',
  'failed',
  'cancelled',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

const TERMINAL: Record<RunStatus, boolean> = {
  pending: false,
  provisioning: false,
  running: false,
  cancelling: false,
  completed: true,
  failed: true,
  cancelled: true,
};

/** A terminal run never changes its status again. */
export function isTerminal(status: RunStatus): boolean {
  return TERMINAL[status];
}

/** The stages of the trainer, in their order. */
export const STAGES = ['ingest', 'validate', 'transform', 'train', 'evaluate', 'register'] as const;
export type StageName = (typeof STAGES)[number];
