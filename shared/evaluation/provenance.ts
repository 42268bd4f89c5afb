import { z } from 'zod';
import { metricsSchema, runIdSchema } from '../common.js';
import { described } from '../described.js';
import { BASELINE_METRICS } from '../metrics/examples.js';
import { inSweepSchema } from '../runs/inSweep.js';
import { runEnvironmentSchema } from '../runs/environment.js';
import { lineageFields, runDataSchema } from '../runs/lineage.js';
import { servingVersionSchema } from '../runs/production.js';
import { stageNameSchema } from '../runs/statusSchemas.js';

const stageLineageSchema = z.strictObject({
  stage: described(stageNameSchema.clone(), 'The stage.'),
  seconds: described(z.number().min(0), 'How long it took, in seconds.', 12.4),
  ...lineageFields,
});

/** The quick test that a run came from, as far as figures of both are put beside each other. */
export const quickResultSchema = z.strictObject({
  name: described(z.string().max(200), 'The name of the quick test.', 'shop#46'),
  rowsDigest: described(
    z.string().max(200).nullable(),
    'The digest of its rows: figures of other rows say less; null where it told none.',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  ),
  metrics: described(metricsSchema.clone(), 'Its metrics of the test split.', BASELINE_METRICS),
});
export type QuickResult = z.infer<typeof quickResultSchema>;

/** What the model was made of, by what, and by whom. */
export const provenanceSchema = z.strictObject({
  author: described(
    z.string().max(200).nullable(),
    'Who asked for the run; null where nobody says.',
    'ada@example.com',
  ),
  intent: described(
    z.string().max(255).nullable(),
    'What the run is for: its intent, else the tag `experiment_type` of its specification; null without either.',
    'ablation',
  ),
  quickRunId: described(
    runIdSchema.nullable().default(null),
    'The quick test that the run came from; null where it came from none.',
    'k3v7q2mzx5ahc4tnwy6d',
  ),
  quickResult: described(
    quickResultSchema.nullable().default(null),
    'What that quick test had reached when the run was launched; null without it, or where it had no result.',
  ),
  inSweep: described(
    inSweepSchema.nullable().default(null),
    'What the run has to do with a sweep, as it was when it was started; null where it has nothing.',
  ),
  data: described(runDataSchema.clone(), 'Its rows.'),
  environment: described(runEnvironmentSchema.clone(), 'What it ran on, and the code.'),
  production: described(
    servingVersionSchema.nullable(),
    'What it was compared with; null where no version served.',
  ),
  parameters: described(
    z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    'The specification, with every default, by paths with dots.',
    { 'training.epochs': 20, 'training.optimizer.learningRate': 0.1 },
  ),
  stages: described(z.array(stageLineageSchema), 'What the stages before the register read and made.'),
});
export type Provenance = z.infer<typeof provenanceSchema>;
