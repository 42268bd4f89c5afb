import { randomFor } from '../random.js';

/** The seed by which the seeds of repetitions are drawn, so that all runs are repeated with the same ones. */
const META_SEED = 42;
const GREATEST_SEED = 1000;

/** The seeds of the first `count` repetitions of any run: distinct, from 1 to 1000; more repetitions begin with the same ones. */
export function repeatSeeds(count: number): number[] {
  const random = randomFor(META_SEED, 'repeats');
  const seeds = new Set<number>();
  while (seeds.size < Math.min(count, GREATEST_SEED)) seeds.add(1 + Math.floor(random() * GREATEST_SEED));
  return [...seeds];
}
