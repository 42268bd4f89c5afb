import { whole, type LeftOut } from '@trainyard/shared';
import { permutation, type Random } from '../../model/random.js';
import type { Estimate } from '../confidence/estimate.js';
import type { PermutedModel } from './permutedModel.js';

/** The test rows that importance is measured on. */
export interface Sample {
  rows: number;
  /** Distinct query entities. */
  queries: Int32Array;
  leftOut: LeftOut[];
  /** The primary metric by a changed model, or by the model as it is; undefined where it has no value. */
  estimate(this: void, model: PermutedModel | null): Promise<Estimate | undefined>;
}

/** Users in a random order until there are so many, or they weigh so much together; at least one. */
export function drawnUsers(
  users: Int32Array,
  weightOf: (user: number) => number,
  most: { users: number; weight: number },
  random: Random,
): Set<number> {
  const drawn = new Set<number>();
  let weight = 0;
  for (const at of permutation(users.length, random)) {
    const own = weightOf(users[at]!);
    if (drawn.size > 0 && (drawn.size >= most.users || weight + own > most.weight)) break;
    drawn.add(users[at]!);
    weight += own;
  }
  return drawn;
}

/** What a sample does not have; `asked` is `evaluation.importanceUsers`. */
export function leftOutOfSample(drawn: number, all: number, asked: number): LeftOut[] {
  if (drawn === all) return [];
  return [
    {
      what: `${whole(all - drawn)} of ${whole(all)} test users, for the importance of features`,
      why: `it is measured on ${whole(drawn)} users, drawn by the seed, since it takes an evaluation for each feature`,
      remedy: drawn >= asked ? 'raise evaluation.importanceUsers' : null,
    },
  ];
}
