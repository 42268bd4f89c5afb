import type { Condition } from '@trainyard/shared';
import { conditionText } from '@trainyard/shared/commandLine/condition';
import { wholeNumber } from '@trainyard/shared/commandLine/flags';
import { z } from 'zod';

/** Items in a list at the terminal. */
export const K = 10;

/** The flags of both commands that make lists. */
export const listFlags = {
  k: {
    short: 'k',
    value: 'N',
    description: 'items in a list; 10 at the terminal and 20 in a file unless given',
    schema: wholeNumber(1, 10_000).optional(),
  },
  out: {
    short: 'o',
    value: 'FILE',
    description:
      'makes lists for many, in a file: .parquet, .jsonl or .ndjson; or in a table: bq://PROJECT.DATASET.TABLE (?location=REGION behind it outside the US and the EU). The same command goes on where it stopped',
  },
  where: {
    value: 'CONDITION',
    multiple: true,
    description:
      'only items that meet it, as in --where "price<20"; with =, !=, <, <=, > or >=, or a condition of the specification as JSON; may be given several times',
    schema: z.array(conditionText).default([]),
  },
} as const;

/** What the trainer is told of them. */
export function trainerFlags(values: {
  k: number | undefined;
  out: string;
  where: readonly Condition[];
}): string[] {
  return [
    '--out',
    values.out,
    ...(values.k === undefined ? [] : ['--k', String(values.k)]),
    ...values.where.map((condition) => `--where=${JSON.stringify(condition)}`),
  ];
}
