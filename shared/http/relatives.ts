import { z } from 'zod';
import { described } from '../described.js';
import { runSchema } from '../runs/run.js';

/** As much of a run as tells which it is. */
const relativeSchema = z.strictObject({
  runId: described(z.string(), 'The id of the run.', 'k3v7q2mzx5ahc4tnwy6d'),
  name: described(z.string(), 'The name that people use for the run.', 'shop#47'),
  title: runSchema.shape.title,
  status: runSchema.shape.status,
  repeat: runSchema.shape.repeat,
});
export type Relative = z.infer<typeof relativeSchema>;

const FULL_RUN: Relative = {
  runId: 'q7w2e3r4t5y6u7i2o3pa',
  name: 'shop#48',
  title: 'retrieval',
  status: 'completed',
  repeat: null,
};

/** The runs that a run comes from, and those that come from it. */
export const relativesSchema = z
  .strictObject({
    quickTest: described(
      relativeSchema.nullable(),
      'The quick test that the run came from; null where it came from none.',
    ),
    fullRuns: described(
      z.array(relativeSchema),
      'The runs that train on everything what this one has tested.',
    ),
    parent: described(
      relativeSchema.nullable(),
      'The run that this one is a child of; null where it has none, or where that is a sweep.',
    ),
    children: described(z.array(relativeSchema), 'The children of the run, such as its repetitions.'),
  })
  .meta({ examples: [{ quickTest: null, fullRuns: [FULL_RUN], parent: null, children: [] }] });
export type Relatives = z.infer<typeof relativesSchema>;
