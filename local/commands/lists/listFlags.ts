import { wholeNumber } from '@trainyard/shared/commandLine/flags';
import { z } from 'zod';

/** The flags of both commands that make lists. */
/** Items in a list at the terminal. */
export const K = 10;

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
      'makes lists for many, in a file: .parquet, .jsonl or .ndjson. The same command goes on where it stopped',
  },
  where: {
    value: 'CONDITION',
    multiple: true,
    description: 'with --out: only items that meet it, as in --where "price<20"; may be given several times',
    schema: z.array(z.string()).default([]),
  },
} as const;

/** What the trainer is told of them. */
export function trainerFlags(values: {
  k: number | undefined;
  out: string;
  where: readonly string[];
}): string[] {
  return [
    '--to',
    values.out,
    ...(values.k === undefined ? [] : ['--k', String(values.k)]),
    ...values.where.map((condition) => `--where=${condition}`),
  ];
}
