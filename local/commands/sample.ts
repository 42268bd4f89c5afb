import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type SampleOptions, sampleOptionsSchema } from '../sample/options.js';
import { writeSample } from '../sample/writeSample.js';
import { duration, whole } from '../watch/numbers.js';
import { type Command, EXIT, stringValue, UsageError, type Values, wholeValue } from './command.js';

const SIZES = ['rows', 'customers', 'products', 'categories', 'subcategories', 'cities', 'seed'] as const;
const DEFAULTS = sampleOptionsSchema.parse({});

/** An option per size of the sample. */
export const sampleSizeOptions = {
  rows: { type: 'string', value: 'N', help: `purchases, ${whole(DEFAULTS.rows)} unless given` },
  customers: { type: 'string', value: 'N', help: `${whole(DEFAULTS.customers)} unless given` },
  products: { type: 'string', value: 'N', help: `${whole(DEFAULTS.products)} unless given` },
  seed: { type: 'string', value: 'N', help: 'the same seed gives the same rows, 42 unless given' },
} as const;

export const sample: Command = {
  summary: 'Writes sample purchases with a planted structure as CSV.',
  usage: '--output FILE.csv [--rows N] …',
  options: {
    output: { type: 'string', short: 'o', value: 'FILE', help: 'where to write' },
    ...sampleSizeOptions,
    categories: { type: 'string', value: 'N', help: `${DEFAULTS.categories} unless given` },
    subcategories: { type: 'string', value: 'N', help: `${DEFAULTS.subcategories} unless given` },
    cities: { type: 'string', value: 'N', help: `${DEFAULTS.cities} unless given` },
    force: { type: 'boolean', help: 'replaces a file that is there' },
  },
  examples: [
    'trainyard sample --output purchases.csv',
    'trainyard sample --rows 2000000 --customers 50000 --products 8000 --seed 7 --output purchases.csv',
  ],
  positionals: { least: 0, most: 0 },
  async run({ values }, world) {
    const options = sampleOptions(values);
    const output = stringValue(values, 'output');
    if (output === undefined) throw new UsageError('--output is missing: name the CSV file to write');
    const file = resolve(world.cwd, output);
    if (existsSync(file) && values['force'] !== true)
      throw new UsageError(`${file} is there already: name another one, or replace it with --force`);
    const began = performance.now();
    await writeSample(options, file);
    const seconds = (performance.now() - began) / 1000;
    const { size } = await stat(file);
    world.terminal.draw([
      `${whole(options.rows)} purchases of ${whole(options.products)} products by ${whole(options.customers)} customers`,
      `${file} (${whole(size / 1e6)} MB in ${duration(seconds)})`,
    ]);
    return EXIT.ok;
  },
};

/** The sizes that the command line gives, the defaults for the rest. */
export function sampleOptions(values: Values): SampleOptions {
  const given = Object.fromEntries(
    SIZES.flatMap((name) => {
      const value = wholeValue(values, name, name === 'seed' ? 0 : 1, Number.MAX_SAFE_INTEGER);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const parsed = sampleOptionsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new UsageError(
    parsed.error.issues.map((issue) => `--${issue.path.join('.')}: ${issue.message}`).join('\n'),
  );
}
