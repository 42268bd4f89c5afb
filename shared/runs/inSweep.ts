/** What a run has to do with a sweep, as it was when the run was started: its report says it, which is written before anything else ends. */
import { z } from 'zod';
import { metricNameSchema } from '../common.js';
import { cutText } from '../cutText.js';
import { described } from '../described.js';
import { DEFAULT_MONITOR } from '../metrics/availability.js';
import { sweepIdSchema } from './sweepId.js';

/** So many settings are told; the specification of the run has all. */
export const MOST_CHANGES = 30;
const MOST_CHARACTERS = 120;

const changeSchema = z.strictObject({
  key: described(z.string().max(300), 'The setting, with dots.', 'training.batchSize'),
  before: described(
    z.string().max(MOST_CHARACTERS).nullable(),
    'What the sweep began with; null for nothing.',
    '4096',
  ),
  after: described(z.string().max(MOST_CHARACTERS).nullable(), 'What the run has; null for nothing.', '1024'),
});

export const inSweepSchema = z.strictObject({
  sweepId: sweepIdSchema.clone(),
  name: described(z.string().max(200), 'The name of the sweep.', 'wider-towers'),
  role: described(
    z.enum(['trial', 'final', 'baseline']),
    'What it is there. `trial`: it tries parameters. `final`: it retrains the best trial. `baseline`: it trains what was before the sweep, as that is trained.',
  ),
  trial: described(
    z.int().min(1).nullable(),
    'The number of the trial that it is, or that it retrains; null for a baseline.',
    7,
  ),
  maxTrials: described(z.int().min(1), 'How many trials the sweep may have.', 30),
  metric: described(metricNameSchema.clone(), 'What trials are compared by.', DEFAULT_MONITOR),
  results: described(z.int().min(0), 'How many trials had a result by then.', 6),
  best: described(
    z
      .strictObject({
        trial: described(z.int().min(1), 'Its number.', 3),
        value: described(z.number(), 'Its value of the metric.', 6.21),
      })
      .nullable(),
    'The best trial by then; null where none had a result. Of a final run it is the one that is retrained.',
  ),
  changes: described(
    z.array(changeSchema).max(MOST_CHANGES),
    'What differs from the specification that the sweep began with.',
  ),
  moreChanges: described(z.int().min(0), 'How many more settings differ.', 0),
});
export type InSweep = z.infer<typeof inSweepSchema>;

/** A value as it is told of a change. */
export function toldValue(value: string | number | boolean | null): string | null {
  if (value === null) return null;
  const text = String(value);
  return text.length <= MOST_CHARACTERS ? text : `${cutText(text, MOST_CHARACTERS - 1)}…`;
}
