/** Gates by a name, so that the specifications of a model need not repeat them. */
import { z } from 'zod';
import { described } from '../../described.js';
import { gateSchema } from './gate.js';

export const gateSetNameSchema = described(
  z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9._-]{0,62}$/,
      'must be 1 to 63 of a-z, 0-9, ".", "_" and "-", starting with a letter or digit',
    ),
  'The name of a gate set.',
  'release',
);

/** The gates of one specification, its own and those of its set. */
export const MAX_GATES = 40;
const MAX_SETS = 20;

export const gateSetsSchema = described(
  z
    .record(gateSetNameSchema, z.array(gateSchema).min(1).max(20))
    .refine((sets) => Object.keys(sets).length <= MAX_SETS, `at most ${MAX_SETS} sets`),
  'Gates by the name of their set, which `evaluation.gateSet` of a specification names. A set of the name of a built-in one takes its place.',
  { release: [{ metric: 'test_recall_at_100', atLeast: 0.3, aboveProduction: true }] },
);
export type GateSets = z.infer<typeof gateSetsSchema>;
