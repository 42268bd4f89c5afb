import { z } from 'zod';
import { described } from '../described.js';

export const runStatusSchema = described(
  z.enum(['pending', 'provisioning', 'running', 'cancelling', 'completed', 'failed', 'cancelled']),
  'Where the run is in its life. `pending`: it is recorded and waits for a machine. `provisioning`: a tier has accepted its job. ' +
    '`running`: the trainer has reported. `cancelling`: somebody asked to cancel it and the trainer has not confirmed. ' +
    '`completed`, `failed` and `cancelled` are final.',
);
export type RunStatus = z.infer<typeof runStatusSchema>;

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

export const stageNameSchema = described(
  z.enum(['ingest', 'validate', 'transform', 'train', 'evaluate', 'register']),
  'A stage of the trainer. They follow each other in this order.',
);
export type StageName = z.infer<typeof stageNameSchema>;
export const STAGES: readonly StageName[] = stageNameSchema.options;
