import { defaultTiers } from '@trainyard/functions/compute/defaultTiers';
import {
  machineSchema,
  monthlyCost,
  priceOf,
  priceOverridesSchema,
  PRICES,
  totalOf,
  type CostLine,
  type Machine,
  type Price,
} from '@trainyard/shared';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { dollars } from '../watch/numbers.js';
import { wholeNumber } from '@trainyard/shared/commandLine/flags';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { defineCommand, EXIT } from './command.js';

const DEFAULT_REGION = 'europe-west4';
const PREPARE_TIER = 'run-cpu';
const TIERS = defaultTiers(DEFAULT_REGION).map(({ name }) => name);

export const cost = defineCommand(
  {
    name: 'trainyard cost',
    summary: 'Tells what a deployment costs in a month, and an hour of each tier.',
    positionals: {},
    flags: {
      models: {
        value: 'N',
        description: 'how many models are trained',
        schema: wholeNumber(0, 100_000).default(10),
      },
      nights: {
        value: 'N',
        description: 'how often each is trained',
        schema: wholeNumber(0, 1000).default(30),
      },
      'train-minutes': {
        value: 'N',
        description: 'how long a training takes',
        schema: wholeNumber(0, 10_000).default(20),
      },
      'prepare-minutes': {
        value: 'N',
        description: 'how long the preparation of the data takes',
        schema: wholeNumber(0, 10_000).default(5),
      },
      tier: { value: 'TIER', description: 'where it is trained', schema: z.enum(TIERS).default('run-l4') },
      region: { value: 'REGION', description: 'of Google Cloud', schema: z.string().default(DEFAULT_REGION) },
      prices: { value: 'FILE', description: 'JSON: prices that go before those of the table' },
      json: { description: 'prints the lines, their sums, and an hour of each tier as JSON' },
    },
    examples: ['trainyard cost', 'trainyard cost --models 3 --train-minutes 45 --tier l4x4-spot'],
  },
  async (values, context) => {
    const { region, tier, prices: file } = values;
    const prices = [...(file === undefined ? [] : await readPrices(resolve(context.cwd, file))), ...PRICES];
    const use = {
      region,
      models: values.models,
      nights: values.nights,
      prepare: {
        minutes: values['prepare-minutes'],
        usdPerHour: pricePerHour(PREPARE_TIER, region, prices),
      },
      train: {
        minutes: values['train-minutes'],
        usdPerHour: pricePerHour(tier, region, prices),
      },
    };
    const lines = linesOf(use, prices);
    if (values.json) {
      const tiers = tierPrices(region, prices);
      context.terminal.draw([JSON.stringify({ lines, together: totalOf(lines), tiers })]);
      return EXIT.ok;
    }
    context.terminal.draw([
      `${use.models} models, each trained ${use.nights} times a month in ${region}: ${use.prepare.minutes} min on ${PREPARE_TIER}, ${use.train.minutes} min on ${tier}`,
      '',
      ...costTable(lines),
      '',
      'an hour of each tier',
      ...tierLines(region, prices),
    ]);
    return EXIT.ok;
  },
);

function linesOf(use: Parameters<typeof monthlyCost>[0], prices: readonly Price[]): CostLine[] {
  try {
    return monthlyCost(use, prices);
  } catch (error) {
    throw new UserError('no-price', error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function readPrices(file: string): Promise<Price[]> {
  try {
    return priceOverridesSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new UserError('wrong-arguments', `--prices: ${file} is no list of prices: ${reason}`, {
      cause: error,
    });
  }
}

function machineOf(name: string, region: string): Machine {
  const machine = defaultTiers(region).find((tier) => tier.name === name)?.machine;
  return machineSchema.parse(machine);
}

function pricePerHour(name: string, region: string, prices: readonly Price[]): number {
  const price = priceOf(machineOf(name, region), prices);
  if ('usdPerHour' in price) return price.usdPerHour;
  throw new UserError('no-price', `the price of ${name} is not known: ${price.missing}; give it by --prices`);
}

const NUMBERS = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });

function costTable(lines: readonly CostLine[]): string[] {
  const { usd, usdBeyondFree } = totalOf(lines);
  const rows = lines.map(
    (line) => [line.what, NUMBERS.format(line.quantity), line.unit, line.usd, line.usdBeyondFree] as const,
  );
  const row = (what: string, quantity: string, unit: string, listed: string, paid: string) =>
    `${what.padEnd(27)} ${quantity.padStart(9)} ${unit.padEnd(38)} ${listed.padStart(9)} ${paid.padStart(11)}`.trimEnd();
  return [
    row('', '', '', 'listed', 'beyond free'),
    ...rows.map(([what, quantity, unit, listed, paid]) =>
      row(what, quantity, unit, cents(listed), cents(paid)),
    ),
    row('together', '', '', cents(usd), cents(usdBeyondFree)),
  ];
}

function cents(usd: number): string {
  return usd.toFixed(2);
}

function tierPrices(region: string, prices: readonly Price[]) {
  return defaultTiers(region).map(({ name }) => {
    const price = priceOf(machineOf(name, region), prices);
    return { name, price };
  });
}

function tierLines(region: string, prices: readonly Price[]): string[] {
  return tierPrices(region, prices).map(
    ({ name, price }) =>
      `${name.padEnd(12)} ${'missing' in price ? price.missing : dollars(price.usdPerHour)}`,
  );
}
