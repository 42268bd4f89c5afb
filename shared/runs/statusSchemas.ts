import { z } from 'zod';
import { described } from '../described.js';
import { RUN_STATUSES, STAGES } from './status.js';

export const runStatusSchema = described(
  z.enum(RUN_STATUSES),
  'Where the run is in its life. `pending`: it is recorded and waits for a machine. `provisioning`: a tier has accepted its job. ' +
    '`running`: the trainer has reported. `cancelling`: somebody asked to cancel it and the trainer has not confirmed. ' +
    '`completed`, `failed` and `cancelled` are final.',
);

export const stageNameSchema = described(
  z.enum(STAGES),
  'A stage of the trainer. They follow each other in this order.',
);
