import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { cannotWrite } from '../cannotWrite.js';
import { type SampleOptions, sampleOptionsSchema } from '../sample/options.js';
import { writeSample } from '../sample/writeSample.js';
import { duration, whole } from '../watch/numbers.js';
import { wholeNumber } from '@trainyard/shared/commandLine/flags';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { mistakeInWords } from '@trainyard/shared/http/mistakeWords';
import { z } from 'zod';
import { defineCommand, EXIT, printJson } from './command.js';

export const SAMPLE_SIZES = [
  'rows',
  'customers',
  'products',
  'categories',
  'subcategories',
  'cities',
  'seed',
] as const;
type Size = (typeof SAMPLE_SIZES)[number];
/** What the command line gives of them. */
export type SampleSizes = Readonly<Partial<Record<Size, number | undefined>>>;
const DEFAULTS = sampleOptionsSchema.parse({});

/** The flag of one size; the schema of the sample has its default, and knows how large it may be. */
const sizeFlag = (name: Size, description: string) => ({
  value: 'N',
  description: `${description} (default ${DEFAULTS[name]})`,
  schema: wholeNumber(name === 'seed' ? 0 : 1, Number.MAX_SAFE_INTEGER).optional(),
});

/** The sizes of the sample that both `trainyard sample` and the demonstration take. */
export const sampleSizeFlags = {
  rows: sizeFlag('rows', 'how many purchases'),
  customers: sizeFlag('customers', 'how many customers'),
  products: sizeFlag('products', 'how many products'),
  seed: sizeFlag('seed', 'the same seed gives the same rows'),
} as const;

export const sample = defineCommand(
  {
    name: 'trainyard sample',
    summary: 'Writes sample purchases with a planted structure as CSV.',
    positionals: {},
    flags: {
      output: { short: 'o', value: 'FILE', description: 'the CSV file to write', schema: z.string() },
      ...sampleSizeFlags,
      categories: sizeFlag('categories', 'how many categories'),
      subcategories: sizeFlag('subcategories', 'how many subcategories, all categories together'),
      cities: sizeFlag('cities', 'how many cities'),
      json: { description: 'prints what was written as JSON' },
      force: { description: 'replaces a file that is there' },
    },
    examples: [
      'trainyard sample --output purchases.csv',
      'trainyard sample --rows 2000000 --customers 50000 --products 8000 --seed 7 --output purchases.csv',
    ],
  },
  async (values, context) => {
    const options = sampleOptions(values);
    const file = resolve(context.cwd, values.output);
    if (existsSync(file) && !values.force) throw thereAlready(file);
    const began = performance.now();
    const isWritten = await writeSample(options, file, { replace: values.force }).catch((error: unknown) => {
      throw cannotWrite(error, file, '--output', 'Nothing is left there');
    });
    if (!isWritten) throw thereAlready(file);
    const seconds = (performance.now() - began) / 1000;
    const { size } = await stat(file);
    if (values.json) return printJson({ ...options, path: file, bytes: size }, context);
    context.terminal.draw([
      `${whole(options.rows)} purchases of ${whole(options.products)} products by ${whole(options.customers)} customers`,
      `${file} (${whole(size / 1e6)} MB in ${duration(seconds)})`,
    ]);
    return EXIT.ok;
  },
);

function thereAlready(file: string): UserError {
  return new UserError(
    'wrong-arguments',
    `${file} is there already: name another one, or replace it with --force`,
  );
}

/** The sizes that the command line gives, the defaults for the rest. Throws `UserError` where they do not go together. */
export function sampleOptions(values: SampleSizes): SampleOptions {
  const given = SAMPLE_SIZES.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]]));
  const parsed = sampleOptionsSchema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  throw new UserError(
    'wrong-arguments',
    parsed.error.issues
      .map((issue) => `--${issue.path.join('.')}: ${mistakeInWords(issue, undefined)}`)
      .join('\n'),
  );
}
