import { z } from 'zod';
import { instantSchema, modelIdSchema } from '../common.js';
import { described } from '../described.js';
import { experimentIdSchema } from '../runs/identity.js';

const INSTANT = '2026-11-20T19:18:25.000Z';

/** What somebody may say of an experiment. */
export const experimentTextSchemas = {
  description: described(z.string().max(1000), 'What is tried, in words.', 'Towers of twice the width'),
  purpose: described(z.string().max(1000), 'What it shall tell.', 'Whether rare items need more room'),
  owner: described(z.string().max(200), 'Who answers for it.', 'ada@example.com'),
  tags: described(
    z
      .record(z.string().min(1).max(63), z.string().max(255))
      .refine((tags) => Object.keys(tags).length <= 64, 'at most 64 tags'),
    'Names and texts of your own, up to 64.',
    { team: 'search' },
  ),
};

/** `models/{modelId}/experiments/{experimentId}`: a named group of runs of a model. */
export const experimentSchema = z.strictObject({
  schemaVersion: described(z.literal(1), 'The version of the form that the document has.'),
  modelId: modelIdSchema,
  experimentId: described(experimentIdSchema.clone(), 'The id of the experiment.', 'wider-towers'),
  ...experimentTextSchemas,
  createdBy: described(z.string(), 'Who made it, or started the first run that names it.', 'ada@example.com'),
  createdAt: described(instantSchema.clone(), 'When it was made.', INSTANT),
  updatedAt: described(instantSchema.clone(), 'When it was last changed.', INSTANT),
});
export type Experiment = z.infer<typeof experimentSchema>;

/** An experiment of which nothing is said yet: whoever makes it owns it. */
export function newExperiment(modelId: string, experimentId: string, by: string, now: Date): Experiment {
  const at = now.toISOString();
  const texts = { description: '', purpose: '', owner: by, tags: {} };
  return { schemaVersion: 1, modelId, experimentId, ...texts, createdBy: by, createdAt: at, updatedAt: at };
}

/** The id of an experiment that was given none: `experiment_20261120_191825`, by the time of UTC. */
export function defaultExperimentId(now: Date): string {
  const [day = '', time = ''] = now.toISOString().slice(0, 19).split('T');
  return `experiment_${day.replaceAll('-', '')}_${time.replaceAll(':', '')}`;
}
