/** Flags for lists of a finished model, which are written instead of training one. */
import type { Condition } from '@trainyard/shared';
import { conditionText } from '@trainyard/shared/commandLine/condition';
import { type FlagValues, wholeNumber } from '@trainyard/shared/commandLine/flags';
import { z } from 'zod';
import { workerChoiceSchema, type WorkerChoice } from '../settings/variables.js';
import { TrainerError } from '../errors/trainerError.js';
import { listsPlaceOf, type ListsPlace } from './listsPlace.js';

const GROUP = 'Of a finished model, instead of training one';

export const LISTS_FLAGS = {
  recommend: {
    group: GROUP,
    value: 'FOLDER',
    description:
      'writes to --out what a model recommends to many; its model folder, or gs://BUCKET/PATH. The same command goes on where it stopped',
  },
  similar: {
    group: GROUP,
    value: 'FOLDER',
    description: 'writes to --out which items of a model are most similar to each item',
  },
  out: {
    group: GROUP,
    value: 'FILE',
    description:
      'gets a row for each item of each list: .parquet, .jsonl or .ndjson, or bq://PROJECT.DATASET.TABLE (?location=REGION behind it outside the US and the EU)',
  },
  k: {
    group: GROUP,
    value: 'N',
    description: 'items in a list',
    schema: wholeNumber(1, 10_000).default(20),
  },
  for: {
    group: GROUP,
    value: 'FILE',
    description:
      'queries, one a row, by the columns that the query tower reads: CSV, JSON lines or Parquet, or gs://…; all users that the model knows unless given',
  },
  exclude: {
    group: GROUP,
    value: 'WHAT',
    description:
      'what a user’s list lacks: the items that the user has in the data, of all splits, or nothing',
    schema: z.enum(['seen', 'nothing']).default('seen'),
  },
  where: {
    group: GROUP,
    value: 'CONDITION',
    multiple: true,
    description:
      'only items that meet it, as in --where "price<20"; with =, !=, <, <=, > or >=, or a condition of the specification as JSON',
    schema: z.array(conditionText).default([]),
  },
  'stop-with-input': {
    group: GROUP,
    description:
      'stops as SIGTERM does once its standard input ends: for a program that starts it, and may itself be killed',
  },
} as const;

/** What the flags ask for. */
export interface AskedLists {
  lists: 'recommendations' | 'similarItems';
  /** The model's folder as it was given. */
  model: string;
  k: number;
  exclude: 'seen' | 'nothing';
  /** Null for all users. */
  queries: string | null;
  where: Condition[];
  to: ListsPlace;
  /** Threads; `auto` is as many as there are cores. */
  workers: WorkerChoice;
}

/** Null where they ask for none. Throws `TrainerError`. */
export function askedLists(
  flags: FlagValues<typeof LISTS_FLAGS> & { workers: string | undefined },
): AskedLists | null {
  const { recommend, similar, out, k, exclude, where } = flags;
  const model = recommend ?? similar;
  if (model === undefined) {
    if (out === undefined && flags.for === undefined && where.length === 0) return null;
    throw wrong('--out, --for and --where go with --recommend FOLDER or --similar FOLDER');
  }
  if (recommend !== undefined && similar !== undefined)
    throw wrong('--recommend and --similar are two requests: give one of them');
  if (similar !== undefined && flags.for !== undefined)
    throw wrong('--for gives queries to --recommend; --similar makes a list for each item');
  if (out === undefined) throw wrong('--out FILE is needed, which gets the lists');
  return {
    lists: recommend === undefined ? 'similarItems' : 'recommendations',
    model,
    k,
    exclude,
    queries: flags.for ?? null,
    where,
    to: listsPlaceOf(out),
    workers: workersOf(flags.workers),
  };
}

/** Lists are the same from however many threads, and each is worth starting. */
function workersOf(given: string | undefined): WorkerChoice {
  const workers = workerChoiceSchema.safeParse(given ?? 'auto');
  if (workers.success) return workers.data;
  throw wrong(`--workers ${workers.error.issues[0]?.message ?? ''}`);
}

function wrong(message: string): TrainerError {
  return new TrainerError('invalid-settings', message, null);
}
