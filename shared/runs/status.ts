import { z } from 'zod';

/**
 * `pending`: recorded, waiting for a machine · `provisioning`: a tier accepted the job · `running`: the trainer has
 * reported · `cancelling`: cancel was asked for and the trainer has not confirmed · the rest are terminal.
 */
export const runStatusSchema = z.enum([
  'pending',
  'provisioning',
  'running',
  'cancelling',
  'completed',
  'failed',
  'cancelled',
]);
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

/** The trainer's stages in their order. */
export const stageNameSchema = z.enum(['ingest', 'validate', 'transform', 'train', 'evaluate', 'register']);
export type StageName = z.infer<typeof stageNameSchema>;
export const STAGES: readonly StageName[] = stageNameSchema.options;
