import { protocolOf, seedOf, type TrainingSpec } from '@trainyard/shared';
import type { EncodedDataset, SplitName } from '../../data/encodedDataset.js';
import { permutation, randomFor } from '../../model/random.js';
import { type Excluded, itemsOfUsers, listedPerQuery } from './excluded.js';

/** Users that occur in train, or those that a model has never seen. */
export type Users = 'known' | 'cold';

/** What is asked of every method, and what counts: by query, those rows of a split of such users whose item occurs in train. */
export interface EvaluationRows {
  /** `row`: each row of a target is a question of its own · `user`: one query a user, whose distinct items are looked for together. */
  per: 'row' | 'user';
  /** [queries] distinct query entities */
  queries: Int32Array;
  /** [queries] the index of each one's user, 0 for an unknown one */
  users: Int32Array;
  /** [queries + 1] the targets of query q are `targetStart[q]` … `targetStart[q + 1] - 1` */
  targetStart: Int32Array;
  /** [targets] distinct items per query, and how many rows each stands for */
  items: Int32Array;
  rows: Int32Array;
  rowCount: number;
  /** What is left out of each query's ranking, never a target of it; null where nothing is. */
  excluded: Excluded | null;
  /** The number of items of the catalogue: a rank of so many or more is that of an item that was not found at all, whatever K. */
  catalogue?: number | undefined;
  /** Rows of such users and items that do not count; none unless given. */
  uncounted?: Uncounted;
}

interface Uncounted {
  /** Whose item is none that `evaluation.relevant` calls an answer. */
  irrelevant: number;
  /** Whose item is left out of the user's ranking. */
  excluded: number;
  /** Whose user was not drawn, and how many users there were. */
  undrawn: number;
  users: number;
}

export interface RowsProtocol {
  per: 'row' | 'user';
  exclude: 'none' | 'train' | 'trainAndValidation';
  maxUsers?: number | undefined;
  /** Of the draw of users. */
  seed: number;
}

/** As `tfrs` has it. */
const EACH_ROW: RowsProtocol = { per: 'row', exclude: 'none', seed: 0 };

export function rowsProtocol({
  evaluation,
  training,
}: Pick<TrainingSpec, 'evaluation' | 'training'>): RowsProtocol {
  return {
    ...protocolOf(evaluation),
    maxUsers: evaluation.maxUsers,
    seed: seedOf(training, 'evaluation'),
  };
}

/** Of users that train does not have, nobody knows which rows are one user's: each is a question, and nothing is left out. */
export function evaluationRows(
  data: EncodedDataset,
  split: SplitName,
  users: Users = 'known',
  protocol: RowsProtocol = EACH_ROW,
): EvaluationRows {
  const { per, exclude, maxUsers, seed } = users === 'cold' ? EACH_ROW : protocol;
  const { rows, uncounted } = countedRows(data, split, users);
  const had = exclude === 'none' ? undefined : itemsOfUsers(data, splitsBefore(split, exclude));
  const fresh = had
    ? rows.filter((row) => !had.has(userOf(data, split, row), itemOf(data, split, row)))
    : rows;
  const drawn = drawnRows(data, split, fresh, maxUsers, seed);
  const flat = flattened(data, split, drawn.rows, per);
  const ofUsers = flat.queries.map((entity) => data.query.ids[entity]!);
  return {
    ...flat,
    users: ofUsers,
    excluded: had ? listedPerQuery(had, ofUsers) : null,
    catalogue: data.candidate.entities - 1,
    uncounted: {
      irrelevant: uncounted,
      excluded: rows.length - fresh.length,
      undrawn: fresh.length - drawn.rows.length,
      users: drawn.users,
    },
  };
}

const userOf = ({ query, splits }: EncodedDataset, split: SplitName, row: number) =>
  query.ids[splits[split].query[row]!]!;
const itemOf = ({ splits }: EncodedDataset, split: SplitName, row: number) => splits[split].item[row]!;

/** A training row has its own item in train. */
function splitsBefore(split: SplitName, exclude: 'train' | 'trainAndValidation'): readonly SplitName[] {
  if (split === 'train') return [];
  return split === 'test' && exclude === 'trainAndValidation' ? ['train', 'validation'] : ['train'];
}

function countedRows(
  data: EncodedDataset,
  split: SplitName,
  users: Users,
): { rows: Int32Array; uncounted: number } {
  const { count, relevant } = data.splits[split];
  const rows = Int32Array.from({ length: count }, (_, row) => row).filter((row) => {
    const isKnown = userOf(data, split, row) !== 0;
    return isKnown === (users === 'known') && itemOf(data, split, row) !== 0;
  });
  const counted = relevant ? rows.filter((row) => relevant[row] === 1) : rows;
  return { rows: counted, uncounted: rows.length - counted.length };
}

/** The rows of at most `most` users, and how many users there were to draw from. */
function drawnRows(
  data: EncodedDataset,
  split: SplitName,
  rows: Int32Array,
  most: number | undefined,
  seed: number,
): { rows: Int32Array; users: number } {
  const users = Int32Array.from(new Set(rows.map((row) => userOf(data, split, row)))).toSorted();
  if (most === undefined || users.length <= most) return { rows, users: users.length };
  const order = permutation(users.length, randomFor(seed, `users of ${split}`)).subarray(0, most);
  const drawn = new Set(Array.from(order, (place) => users[place]!));
  return { rows: rows.filter((row) => drawn.has(userOf(data, split, row))), users: users.length };
}

/** A user's query, where there is one a user, is that of the user's first row: what was known before any of them. */
function flattened(
  data: EncodedDataset,
  split: SplitName,
  rows: Int32Array,
  per: EvaluationRows['per'],
): Omit<EvaluationRows, 'users' | 'excluded'> {
  const { query, item } = data.splits[split];
  const byKey = new Map<number, { entity: number; targets: Map<number, number> }>();
  let targetCount = 0;
  for (const row of rows) {
    const entity = query[row]!;
    const key = per === 'row' ? entity : userOf(data, split, row);
    let asked = byKey.get(key);
    if (!asked) byKey.set(key, (asked = { entity, targets: new Map() }));
    const before = asked.targets.get(item[row]!) ?? 0;
    if (before === 0) targetCount++;
    asked.targets.set(item[row]!, before + 1);
  }
  const result = {
    per,
    queries: new Int32Array(byKey.size),
    targetStart: new Int32Array(byKey.size + 1),
    items: new Int32Array(targetCount),
    rows: new Int32Array(targetCount),
    rowCount: rows.length,
  };
  let [q, t] = [0, 0];
  for (const { entity, targets } of byKey.values()) {
    result.queries[q] = entity;
    for (const [target, times] of targets) {
      result.items[t] = target;
      result.rows[t] = times;
      t++;
    }
    result.targetStart[++q] = t;
  }
  return result;
}
