/** What the encodings of a feature say of an entity, as far as it falls into few kinds. */
import { totalColumns } from '@trainyard/recommender/encode/encodedFeature';
import type { FittedCyclical } from '@trainyard/recommender/encode/cyclical';
import { shaped, type FittedNormalize } from '@trainyard/recommender/encode/normalize';
import { SEASONS } from '@trainyard/shared';
import type { EncodedTower, FeatureMeaning } from '../../data/encodedDataset.js';
import { shownValue } from '../ratings/errors/rowValues.js';
import { intervalLabel, intervalOfValue, quantileBoundaries } from './slicing.js';

/** How many entities are read at once. */
const BLOCK = 8192;

export interface Categories {
  /** [entities of the tower] -1 for those that were not asked for. */
  codes: Int32Array;
  label(this: void, code: number): string;
}

/** What of an entity's encoding a category is made of: its first index, and its numbers. */
interface Seen {
  index: number;
  numbers: Float32Array;
}

interface Kinds {
  codeOf(this: void, seen: Seen): number;
  label(this: void, code: number): string;
}

/** Of some entities of a tower by the feature at that position; undefined where its encoding does not say what the value was. */
export async function categoriesOf(
  tower: EncodedTower,
  position: number,
  entities: Int32Array,
  boundaries?: readonly number[],
): Promise<Categories | undefined> {
  const meaning = tower.meanings?.[position];
  if (!meaning) return undefined;
  const all = seenOf(tower, position, entities);
  const kinds = await kindsOf(meaning, all, boundaries);
  if (!kinds) return undefined;
  const codes = new Int32Array(tower.entities).fill(-1);
  entities.forEach((entity, i) => (codes[entity] = kinds.codeOf(all[i]!)));
  return { codes, label: kinds.label };
}

function seenOf(tower: EncodedTower, position: number, entities: Int32Array): Seen[] {
  const { features } = tower;
  const before = totalColumns(features.slice(0, position));
  const stride = totalColumns(features);
  const own = totalColumns(features.slice(position, position + 1));
  const seen: Seen[] = [];
  for (let start = 0; start < entities.length; start += BLOCK) {
    const block = entities.subarray(start, start + BLOCK);
    const { indices, numbers } = tower.rows(block);
    for (let i = 0; i < block.length; i++) {
      const from = i * stride.numbers + before.numbers;
      seen.push({
        index: own.indices > 0 ? indices[i * stride.indices + before.indices]! : -1,
        numbers: numbers.slice(from, from + own.numbers),
      });
    }
  }
  return seen;
}

const UNKNOWN = 'unknown or missing';
export const MISSING = 'missing';

async function kindsOf(
  { fitted, vocabulary }: FeatureMeaning,
  seen: readonly Seen[],
  boundaries?: readonly number[],
): Promise<Kinds | undefined> {
  switch (fitted.transform) {
    case 'lookup': {
      const values = await vocabulary();
      const first = fitted.oovBuckets;
      return {
        codeOf: ({ index }) => Math.max(0, index - first + 1),
        label: (code) => (code === 0 ? UNKNOWN : shownValue(values[code - 1] ?? UNKNOWN)),
      };
    }
    case 'bucketize':
      return {
        codeOf: ({ index }) => index,
        label: (code) => (code === 0 ? MISSING : intervalLabel(fitted.boundaries, code - 1)),
      };
    case 'boolean': {
      // Without an indicator a missing value is encoded as a no.
      const no = fitted.missingIndicator ? 'no' : `no or ${MISSING}`;
      return {
        codeOf: ({ numbers }) => (numbers[1] === 1 ? 2 : numbers[0]!),
        label: (code) => [no, 'yes', MISSING][code]!,
      };
    }
    case 'normalize':
      return numberKinds(fitted, seen, boundaries);
    case 'cyclical':
      return cycleKinds(fitted);
    default:
      return undefined;
  }
}

const QUARTERS = 4;

/** Numbers are compared as they are encoded, so that one on a boundary is above it as it was before. */
function numberKinds(fitted: FittedNormalize, seen: readonly Seen[], asked?: readonly number[]): Kinds {
  const { mean, std, log1p, degree, missingIndicator } = fitted;
  const encoded = (value: number) => Math.fround((shaped(fitted, value) - mean) / std);
  const decoded = (score: number) => {
    const value = mean + std * score;
    return log1p ? Math.sign(value) * Math.expm1(Math.abs(value)) : value;
  };
  const isMissing = ({ numbers }: Seen) => missingIndicator && numbers[degree] === 1;
  const known = seen.filter((one) => !isMissing(one)).map(({ numbers }) => numbers[0]!);
  const bounds = asked ? asked.map(encoded) : quantileBoundaries(known, QUARTERS);
  const labels = asked ?? bounds.map(decoded);
  const missing = bounds.length + 1;
  return {
    codeOf: (one) => (isMissing(one) ? missing : intervalOfValue(bounds, one.numbers[0]!)),
    label: (code) => (code === missing ? MISSING : intervalLabel(labels, code)),
  };
}

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const CYCLES = {
  'month-of-year': SEASONS,
  'day-of-week': WEEKDAYS,
  'hour-of-day': Array.from({ length: 24 }, (_, hour) => `from ${String(hour).padStart(2, '0')}:00 UTC`),
  'day-of-month': ['first third of the month', 'second third of the month', 'last third of the month'],
} as const;

/** By the longest period that has parts with names. */
function cycleKinds({ periods }: FittedCyclical): Kinds | undefined {
  const named = Object.keys(CYCLES) as (keyof typeof CYCLES)[];
  const cycle = named.find((one) => periods.includes(one));
  if (!cycle) return undefined;
  const at = 2 * periods.indexOf(cycle);
  const parts = CYCLES[cycle];
  return {
    codeOf: ({ numbers }) => {
      const [sine, cosine] = [numbers[at]!, numbers[at + 1]!];
      if (sine === 0 && cosine === 0) return parts.length;
      const phase = Math.atan2(sine, cosine) / (2 * Math.PI);
      // A part begins where it does: single precision may put a time a millionth before it.
      return Math.floor(((phase + 1 + 1e-6) % 1) * parts.length);
    },
    label: (code) => parts[code] ?? MISSING,
  };
}

/** Whether the feature tells the season. */
export function tellsSeason({ fitted }: FeatureMeaning): boolean {
  return fitted.transform === 'cyclical' && fitted.periods.includes('month-of-year');
}
