/** A specification made small and cheap, and made whole again. Functions of their arguments alone. */
import { uncountedWords } from '../compute/uncounted.js';
import { isRecord } from '../isRecord.js';
import { idFeature } from '../spec/features.js';
import type { Sample } from '../spec/shaping.js';
import { storedSpecSchema, type TrainingSpec } from '../spec/trainingSpec.js';
import { cutSchema, type Cut, type QuickTest } from './quickTest.js';

/** A change of one setting, as it is made. */
interface Change {
  setting: string;
  is: unknown;
  why: string;
}

/** Where a quick test may run. */
export interface QuickTiers {
  /** The cheapest first. */
  tiers: readonly string[];
  /** Those of them that have no price. */
  uncounted: readonly string[];
  /** Whether each has a price or costs nothing, so that a limit of the cost can be kept. */
  isPriced: boolean;
}

/**
 * The specification as a quick test trains it, with what was changed. The rest stays as it is: a quick test of an ingested sample
 * finds it in the cache.
 */
export function quickened(
  spec: TrainingSpec,
  asked: QuickTest,
  on: QuickTiers,
): { spec: TrainingSpec; cuts: Cut[] } {
  const changes = [
    sampled(spec, asked),
    ...fewerEpochs(spec, asked),
    ...withoutAmounts(spec),
    ...cheaper(spec, on.tiers),
    ...capped(spec, asked, on),
  ];
  const cuts = changes.map((change): Cut => ({
    ...change,
    was: jsonOf(valueAt(spec, change.setting)),
    is: jsonOf(change.is),
  }));
  const values = changes.map(({ setting, is }) => ({ setting, value: is }));
  return { spec: withValues(spec, values), cuts };
}

/** The specification that a quick test was made of. */
export function wholeAgain(spec: TrainingSpec, cuts: readonly Cut[]): TrainingSpec {
  return withValues(
    spec,
    cuts.map(({ setting, was }) => ({ setting, value: was })),
  );
}

/** A sample within the sample that the specification draws itself, where that is by the same column and seed. */
function sampled({ dataset, features, training }: TrainingSpec, { share, seed }: QuickTest): Change {
  const by = idFeature(features.query).column;
  const own = dataset.sample;
  const is: Sample = {
    share: share * (own?.share ?? 1),
    seed: seed ?? (own?.by === by ? own.seed : training.seed),
    by,
  };
  const of = own ? `, of the ${percent(own.share)} % that the specification samples` : '';
  return {
    setting: 'dataset.sample',
    is,
    why: `${percent(share)} % of the users${of}: all rows of values of column "${by}" that are drawn by seed ${is.seed}; items that they lack are not in the catalogue`,
  };
}

function fewerEpochs({ training }: TrainingSpec, { epochs }: QuickTest): Change[] {
  if (training.epochs <= epochs) return [];
  const why = `${epochs} epoch${epochs === 1 ? '' : 's'} at most instead of ${training.epochs}`;
  return [{ setting: 'training.epochs', is: epochs, why }];
}

/** What is expected of the number of rows is expected of all of them. */
function withoutAmounts({ dataset }: TrainingSpec): Change[] {
  const kept = dataset.expectations.filter(({ expect }) => expect !== 'rows' && expect !== 'volume');
  const left = dataset.expectations.length - kept.length;
  if (left === 0) return [];
  const why = `${left} expectation${left === 1 ? '' : 's'} of the number of rows, which a sample cannot meet, ${left === 1 ? 'is' : 'are'} not checked`;
  return [{ setting: 'dataset.expectations', is: kept, why }];
}

function cheaper({ compute }: TrainingSpec, tiers: readonly string[]): Change[] {
  const own = compute.tiers ?? [];
  if (tiers.length === own.length && tiers.every((tier, i) => tier === own[i])) return [];
  return [{ setting: 'compute.tiers', is: [...tiers], why: `the cheapest first: ${tiers.join(', ')}` }];
}

/** Where the limit holds for nothing that is said, and where it cannot be kept none is set, which is said too. */
function capped({ compute }: TrainingSpec, { maxUsd }: QuickTest, on: QuickTiers): Change[] {
  const setting = 'compute.maxUsd';
  const worth = uncountedWords('that', on);
  if (!on.isPriced)
    return [{ setting, is: compute.maxUsd, why: `no limit of $${maxUsd} is set, since ${worth}` }];
  if (compute.maxUsd !== undefined && compute.maxUsd <= maxUsd) return [];
  const before = compute.maxUsd === undefined ? 'as much as it takes' : `$${compute.maxUsd}`;
  const why = `it may cost $${maxUsd} instead of ${before}${worth === '' ? '' : `; ${worth}`}`;
  return [{ setting, is: maxUsd, why }];
}

const percent = (share: number) => Number((share * 100).toPrecision(3));

/** As JSON has it: an optional setting that is not given is null there. */
function jsonOf(value: unknown): Cut['was'] {
  return cutSchema.shape.was.parse(value === undefined ? null : JSON.parse(JSON.stringify(value)));
}

function valueAt(spec: unknown, setting: string): unknown {
  return setting
    .split('.')
    .reduce<unknown>((inside, key) => (isRecord(inside) ? inside[key] : undefined), spec);
}

/** Of the settings that are changed here, none may be null: null takes an optional one out. */
function withValues(
  spec: TrainingSpec,
  values: readonly { setting: string; value: unknown }[],
): TrainingSpec {
  const changed: unknown = structuredClone(spec);
  for (const { setting, value } of values) {
    const [section, key] = setting.split('.');
    const inside = section !== undefined && isRecord(changed) ? changed[section] : undefined;
    if (key === undefined || !isRecord(inside)) throw new Error(`there is no setting ${setting}`);
    if (value === null || value === undefined) delete inside[key];
    else inside[key] = value;
  }
  return storedSpecSchema.parse(changed);
}
