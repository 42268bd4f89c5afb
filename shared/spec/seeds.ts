import { z } from 'zod';
import { described } from '../described.js';

export const seedSchema = described(
  z
    .int()
    .min(0)
    .max(2 ** 31 - 1),
  'The seed of everything that training draws at random. The same seed and data give the same model.',
  42,
);

/** What is drawn at random, each with numbers of its own. The split of the rows has its seed in `dataset.split`. */
export const SEED_PURPOSES = [
  'initialization',
  'shuffle',
  'dropout',
  'negatives',
  'augmentation',
  'evaluation',
] as const;
export type SeedPurpose = (typeof SEED_PURPOSES)[number];

export const seedsSchema = described(
  z.partialRecord(z.enum(SEED_PURPOSES), seedSchema),
  'Seeds of single purposes, where they are not to follow `seed`.',
  { initialization: 1, shuffle: 2 },
);

/** The seed of one purpose: its own, or the one of all. */
export function seedOf(
  training: { seed: number; seeds?: Partial<Record<SeedPurpose, number>> | undefined },
  purpose: SeedPurpose,
): number {
  return training.seeds?.[purpose] ?? training.seed;
}
