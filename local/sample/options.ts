import { z } from 'zod';

const count = (fallback: number, most: number) => z.int().min(1).max(most).default(fallback);

/** How much to generate. The defaults train in well under a minute on two cores without native TensorFlow. */
export const sampleOptionsSchema = z
  .strictObject({
    rows: count(200_000, 1_000_000_000),
    customers: count(8_000, 20_000_000),
    products: count(1_500, 5_000_000),
    categories: count(24, 10_000),
    subcategories: count(125, 100_000),
    cities: count(3, 10_000),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(42),
  })
  .refine((sample) => sample.subcategories >= sample.categories, {
    path: ['subcategories'],
    message: 'must be at least as many as categories: every category has one',
  })
  .refine((sample) => sample.products >= sample.subcategories, {
    path: ['products'],
    message: 'must be at least as many as subcategories: every subcategory has one (lower subcategories too)',
  });
export type SampleOptions = z.infer<typeof sampleOptionsSchema>;
