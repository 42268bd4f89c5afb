import { permutation, type Random } from '../../model/random.js';

/**
 * More users than these are drawn in groups of several, put together at random: the variance of a mean over the groups is
 * that over the users, and known to within 2 % (Wolter: Introduction to Variance Estimation, 2007, chapter 2). The time and
 * the memory of the draws are then bounded.
 */
const MAX_GROUPS = 2048;

/** Which users each draw of the bootstrap has, how often. All metrics and all methods share them, so that comparisons are paired. */
export interface UserDraws {
  readonly count: number;
  readonly groups: number;
  /** [users] */
  readonly groupOf: Int32Array;
  /** [draws, groups] how often each draw has the group; the groups themselves in all. */
  readonly times: Uint16Array;
}

/** `count` draws of as many groups of users as there are, each with replacement. */
export function drawUsers(users: number, count: number, random: Random, maxGroups = MAX_GROUPS): UserDraws {
  const groups = Math.min(users, maxGroups);
  const groupOf =
    groups === users ? Int32Array.from({ length: users }, (_, user) => user) : new Int32Array(users);
  if (groups < users) permutation(users, random).forEach((user, at) => (groupOf[user] = at % groups));
  const times = new Uint16Array(count * groups);
  for (let draw = 0; draw < count; draw++) {
    const from = draw * groups;
    for (let i = 0; i < groups; i++) times[from + Math.floor(random() * groups)]! += 1;
  }
  return { count, groups, groupOf, times };
}

/** [groups] the sum of the users' values. */
export function sumsOfGroups({ groups, groupOf }: UserDraws, values: Float64Array): Float64Array {
  const sums = new Float64Array(groups);
  for (let user = 0; user < values.length; user++) sums[groupOf[user]!]! += values[user]!;
  return sums;
}
