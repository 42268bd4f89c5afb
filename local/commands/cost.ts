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
import {
  choiceValue,
  type Command,
  CommandError,
  EXIT,
  stringValue,
  UsageError,
  wholeValue,
} from './command.js';

const DEFAULTS = { models: 10, nights: 30, train: 20, prepare: 5, region: 'europe-west4', tier: 'run-l4' };
const PREPARE_TIER = 'run-cpu';
const TIERS = defaultTiers(DEFAULTS.region).map(({ name }) => name);

export const cost: Command = {
  summary: 'Tells what a deployment costs in a month, and an hour of each tier.',
  usage: '[--models N] [--nights N] [--train-minutes N] [--tier TIER] [--prices FILE]',
  options: {
    models: {
      type: 'string',
      value: 'N',
      help: `how many models are trained, ${DEFAULTS.models} unless given`,
    },
    nights: { type: 'string', value: 'N', help: `how often each, ${DEFAULTS.nights} unless given` },
    'train-minutes': {
      type: 'string',
      value: 'N',
      help: `how long a training takes, ${DEFAULTS.train} unless given`,
    },
    'prepare-minutes': {
      type: 'string',
      value: 'N',
      help: `how long the preparation of the data takes, ${DEFAULTS.prepare} unless given`,
    },
    tier: {
      type: 'string',
      value: 'TIER',
      help: `where it is trained, ${DEFAULTS.tier} unless given: ${TIERS.join(', ')}`,
    },
    region: { type: 'string', value: 'REGION', help: `of Google Cloud, ${DEFAULTS.region} unless given` },
    prices: { type: 'string', value: 'FILE', help: 'JSON: prices that go before those of the table' },
  },
  examples: ['trainyard cost', 'trainyard cost --models 3 --train-minutes 45 --tier l4x4-spot'],
  positionals: { least: 0, most: 0 },
  async run({ values }, world) {
    const region = stringValue(values, 'region') ?? DEFAULTS.region;
    const file = stringValue(values, 'prices');
    const prices = [...(file === undefined ? [] : await readPrices(resolve(world.cwd, file))), ...PRICES];
    const tier = choiceValue(values, 'tier', TIERS) ?? DEFAULTS.tier;
    const use = {
      region,
      models: wholeValue(values, 'models', 0, 100_000) ?? DEFAULTS.models,
      nights: wholeValue(values, 'nights', 0, 1000) ?? DEFAULTS.nights,
      prepare: {
        minutes: wholeValue(values, 'prepare-minutes', 0, 10_000) ?? DEFAULTS.prepare,
        usdPerHour: pricePerHour(PREPARE_TIER, region, prices),
      },
      train: {
        minutes: wholeValue(values, 'train-minutes', 0, 10_000) ?? DEFAULTS.train,
        usdPerHour: pricePerHour(tier, region, prices),
      },
    };
    world.terminal.draw([
      `${use.models} models, each trained ${use.nights} times a month in ${region}: ${use.prepare.minutes} min on ${PREPARE_TIER}, ${use.train.minutes} min on ${tier}`,
      '',
      ...costTable(linesOf(use, prices)),
      '',
      'an hour of each tier',
      ...tierLines(region, prices),
    ]);
    return EXIT.ok;
  },
};

function linesOf(use: Parameters<typeof monthlyCost>[0], prices: readonly Price[]): CostLine[] {
  try {
    return monthlyCost(use, prices);
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function readPrices(file: string): Promise<Price[]> {
  try {
    return priceOverridesSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new UsageError(`--prices: ${file} is no list of prices: ${reason}`, { cause: error });
  }
}

function machineOf(name: string, region: string): Machine {
  const machine = defaultTiers(region).find((tier) => tier.name === name)?.machine;
  return machineSchema.parse(machine);
}

function pricePerHour(name: string, region: string, prices: readonly Price[]): number {
  const price = priceOf(machineOf(name, region), prices);
  if ('usdPerHour' in price) return price.usdPerHour;
  throw new CommandError(`the price of ${name} is not known: ${price.missing}; give it by --prices`);
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

function tierLines(region: string, prices: readonly Price[]): string[] {
  return defaultTiers(region).map(({ name }) => {
    const price = priceOf(machineOf(name, region), prices);
    return `${name.padEnd(12)} ${'missing' in price ? price.missing : dollars(price.usdPerHour)}`;
  });
}
