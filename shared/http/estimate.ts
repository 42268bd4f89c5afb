/** What a start would take, and what a dry run answers. */
import { z } from 'zod';
import { machineSchema } from '../compute/machine.js';
import { rangeSchema } from '../compute/range.js';
import { described } from '../described.js';
import { quickTestRecordSchema } from '../quickTests/quickTest.js';
import { storedSpecSchema } from '../spec/trainingSpec.js';
import { runNameSchema } from './runName.js';

/** What a start would take on one of its tiers; null for what nothing is known about. */
export const tierEstimateSchema = z.strictObject({
  tier: described(z.string(), 'The name of the compute tier.', 'gpu'),
  machine: described(
    machineSchema.clone().nullable().default(null),
    'What its jobs run on; null where that is not known, as on one’s own machine.',
  ),
  seconds: described(
    rangeSchema.nullable(),
    'The time from the launch to the end, in seconds; the low end is where early stopping ends it first. Null where nothing is known.',
  ),
  usdPerHour: described(
    z.number().nullable(),
    'The price of the tier, in US dollars per hour; null where it has none.',
    0.67,
  ),
  usd: described(rangeSchema.nullable(), 'The cost of the run, in US dollars; null where nothing is known.'),
  tooSmall: described(
    z.string().nullable(),
    'Why the tier is left out, in words; null where it is large enough as far as that can be told.',
    'it needs 24.1 GB of memory at least and there are 16',
  ),
});
export type TierEstimate = z.infer<typeof tierEstimateSchema>;

/**
 * What a start would take: by the newest completed run of the model, else by its rows and what trainers are known to do. `tier`,
 * `seconds` and `usd` are those of the first tier.
 */
export const estimateSchema = z.strictObject({
  basis: described(
    z
      .strictObject({
        runId: described(z.string(), 'The id of the run.', 'k3v7q2mzx5ahc4tnwy6d'),
        name: runNameSchema,
      })
      .nullable(),
    'The newest completed run of the model, which the estimate rests on; null where there is none.',
  ),
  rows: described(
    rangeSchema.nullable(),
    'The number of rows of the data set: as given, else those of the basis, else as the specification expects. Null where nothing is known.',
  ),
  ...tierEstimateSchema.shape,
  tiers: described(
    z.array(tierEstimateSchema),
    'The estimate of each tier that the run may use, in their order.',
  ),
  recommendedTier: described(
    z.string().nullable(),
    'The cheapest tier at the high end among those that are large enough; null where one has no price.',
    'cpu',
  ),
  memoryMb: described(
    z.number().nullable(),
    'The most memory that the process of the basis used, in MB; null where nothing is known.',
    2110,
  ),
  gpuMemoryMb: described(
    z.number().nullable(),
    'The most memory that the basis used of its GPUs, in MB; null where nothing is known.',
    9400,
  ),
  notes: described(z.array(z.string()), 'What the numbers rest on and what they leave out, in words.', [
    'as shop#46 took, whose rows were 1000000',
  ]),
});
export type Estimate = z.infer<typeof estimateSchema>;

const costTogetherSchema = z.strictObject({
  runs: described(z.int().min(1), 'The run and its repetitions.', 11),
  usd: described(
    rangeSchema.nullable(),
    'What all of them would cost, in US dollars: from all on the cheapest tier to all on the dearest. null where that of a tier is not known.',
    { low: 4.4, high: 13.2 },
  ),
  seconds: described(
    rangeSchema.nullable().default(null),
    'How long their trainers would run, in seconds, the times of all added up: those that are under way at a time share it. null where that of a tier is not known.',
    { low: 12100, high: 24200 },
  ),
});
export type CostTogether = z.infer<typeof costTogetherSchema>;

export const dryRunSchema = z.strictObject({
  dryRun: described(z.literal(true), 'Nothing was recorded.'),
  spec: described(
    storedSpecSchema.clone(),
    'The specification as it would be stored: with every default, and presets replaced by their content.',
  ),
  presets: described(z.array(z.string()), 'The versions of presets that the specification is made of.', [
    'datasets/purchases@3',
  ]),
  quickTest: quickTestRecordSchema.nullable().default(null),
  estimate: described(estimateSchema.clone(), 'What the run would take.'),
  together: described(
    costTogetherSchema.nullable().default(null),
    'What the run and its `repeats` would cost together; null where it is not to be repeated.',
  ),
});
export type DryRun = z.infer<typeof dryRunSchema>;
