import { z } from 'zod';

export const seedSchema = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);

/** What training draws at random, each with numbers of its own. The split of the rows has its seed in `dataset.split`. */
export const SEED_PURPOSES = ['initialization', 'shuffle', 'dropout', 'negatives', 'augmentation'] as const;
export type SeedPurpose = (typeof SEED_PURPOSES)[number];

export const seedsSchema = z.partialRecord(z.enum(SEED_PURPOSES), seedSchema);

/** The seed of one purpose: its own, or the one of all. */
export function seedOf(
  training: { seed: number; seeds?: Partial<Record<SeedPurpose, number>> | undefined },
  purpose: SeedPurpose,
): number {
  return training.seeds?.[purpose] ?? training.seed;
}
