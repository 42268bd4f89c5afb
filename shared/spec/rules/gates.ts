/** Gates that no result could pass or miss, or that ask for what is not measured: refused at the start. */
import {
  isOfUsers,
  metricPatterns,
  metricsOfUsers,
  whyNotCompared,
  whyNotGated,
  type MeasuredModel,
} from '../../metrics/availability.js';
import { BASELINES } from '../../metrics/baselines.js';
import { METRIC_SPLITS, type MetricFamily } from '../../metrics/family.js';
import { parseMetricName, type ParsedMetricName } from '../../metrics/names.js';
import { METRICS } from '../../metrics/table.js';
import { comparedNames } from '../evaluation/gateWords.js';
import { type Gate, SEASONS } from '../evaluation/gate.js';
import { featureName, type Feature, type Features } from '../features.js';
import type { RuleBroken } from '../modelRules.js';
import { isSlicedBy, whyNoSlice } from './slices.js';

type Broken = [field: keyof Gate | undefined, message: string | undefined];

/** By what such a model is measured by. `baselines`: those of retrieval that the specification asks for. */
export function brokenMetricGates(
  gates: readonly Gate[],
  measured: MeasuredModel,
  baselines: readonly string[],
): RuleBroken[] {
  return gates.flatMap((gate, i) => {
    const unknown = whyNotGated(gate.metric, measured);
    return brokenOf(gate, i, [
      ['metric', unknown],
      [
        'aboveBaseline',
        unknown === undefined || gate.aboveBaseline ? whyNotAbove(gate, measured, baselines) : undefined,
      ],
    ]);
  });
}

function whyNotAbove(
  { metric, aboveBaseline }: Gate,
  measured: MeasuredModel,
  baselines: readonly string[],
): string | undefined {
  if (aboveBaseline === undefined) return undefined;
  if (BASELINES.rating.some((name) => name === aboveBaseline))
    return whyNotCompared(metric, 'rating', measured);
  const isAsked = baselines.includes(aboveBaseline);
  return (
    whyNotCompared(metric, 'retrieval', measured) ??
    (isAsked ? undefined : `evaluation.baselines is [${baselines.join(', ')}]: add ${aboveBaseline} to it`)
  );
}

/** What is wrong with the gates of a set, whatever the specification that names it; paths begin at the number of the gate. */
export function brokenGatesOfSet(gates: readonly Gate[]): RuleBroken[] {
  const unknown = gates.flatMap(({ metric }, i) =>
    parseMetricName(metric)
      ? []
      : [
          {
            path: [i, 'metric'],
            message: `there is no ${metric}: there is ${metricPatterns(METRIC_SPLITS).join(', ')}`,
          },
        ],
  );
  return [
    ...unknown,
    ...brokenGateRules(gates).map(({ path, message }) => ({ path: path.slice(2), message })),
  ];
}

/** By the gates alone. */
export function brokenGateRules(gates: readonly Gate[]): RuleBroken[] {
  return gates.flatMap((gate, i) => {
    const parsed = parseMetricName(gate.metric);
    return brokenOf(gate, i, [
      ...brokenMargins(gate),
      ...(parsed ? [...brokenScope(gate, parsed), ...brokenComparisons(gate, parsed)] : []),
      [undefined, whyNoBound(gate, parsed?.family) ?? whyNotBoth(gate, gates.slice(0, i))],
    ]);
  });
}

/** Gates of one figure that no result passes together; one that is not critical may be missed. */
function whyNotBoth(gate: Gate, before: readonly Gate[]): string | undefined {
  if (!gate.critical) return undefined;
  for (const [i, other] of before.entries()) {
    if (!other.critical || !isOfSameFigure(gate, other)) continue;
    const atLeast = Math.max(gate.atLeast ?? -Infinity, other.atLeast ?? -Infinity);
    const atMost = Math.min(gate.atMost ?? Infinity, other.atMost ?? Infinity);
    if (atLeast > atMost && whyNoBound(other, undefined) === undefined)
      return `${gate.metric} must be at least ${atLeast} and at most ${atMost} by this gate and gate ${i + 1}: no result passes both`;
  }
  return undefined;
}

function isOfSameFigure(a: Gate, b: Gate): boolean {
  return (
    a.metric === b.metric &&
    a.column === b.column &&
    a.slice?.by === b.slice?.by &&
    a.slice?.value === b.slice?.value
  );
}

/** Where no draws are made, nothing has an interval. */
export function brokenWithoutIntervals(gates: readonly Gate[]): RuleBroken[] {
  return gates.flatMap((gate, i) =>
    brokenOf(gate, i, [
      [
        'onInterval',
        gate.onInterval
          ? 'evaluation.bootstrapDraws is 0, so that nothing has an interval: raise it'
          : undefined,
      ],
    ]),
  );
}

/** Rows that the metrics of all rows leave out, of which the model alone is measured, by its recall; of new items that is always 0. */
const NEW_USERS = 'newUsers';
const NEW_ITEMS = 'newItems';
/** What rows are told apart by besides features. */
const USUAL_SLICES = ['userActivity', 'itemPopularity', NEW_USERS, 'season'];

/** Of rows without a time there is a slice too. */
const VALUES_OF_SEASON: readonly string[] = [...SEASONS, 'missing'];

/** By the features: a slice is of what the evaluation sees of a row. */
export function brokenGateSlices(gates: readonly Gate[], { query, candidate }: Features): RuleBroken[] {
  const features = [...query, ...candidate];
  return gates.flatMap((gate, i) => {
    return brokenOf(gate, i, [['slice', gate.slice && whyNoGatedSlice(gate.slice, features)]]);
  });
}

function whyNoGatedSlice(
  { by, value }: NonNullable<Gate['slice']>,
  features: readonly Feature[],
): string | undefined {
  const isOfTimes = by === 'season' && !features.some((feature) => isSlicedBy(feature, by));
  if (isOfTimes && !VALUES_OF_SEASON.includes(value))
    return `no row is of the season ${value}: take one of ${VALUES_OF_SEASON.join(', ')}`;
  if ([...USUAL_SLICES, NEW_ITEMS].includes(by)) return undefined;
  if (features.some((feature) => isSlicedBy(feature, by))) return whyNoSlice({ by }, features);
  const names = [...new Set(features.map(featureName)), ...USUAL_SLICES].join(', ');
  return `no test rows are told apart by ${by}: take one of ${names}`;
}

/** What stands behind a gate of a set says which set it is. */
function brokenOf({ set }: Gate, i: number, broken: readonly Broken[]): RuleBroken[] {
  return broken.flatMap(([field, message]) => {
    if (message === undefined) return [];
    const path = ['evaluation', 'gates', i, ...(field === undefined ? [] : [field])];
    return [{ path, message: set === undefined ? message : `${message} (it is in the gate set "${set}")` }];
  });
}

function brokenMargins(gate: Gate): Broken[] {
  const { minImprovement, maxRegression } = gate;
  const field = minImprovement === undefined ? 'maxRegression' : 'minImprovement';
  if (minImprovement === undefined && maxRegression === undefined) return [];
  if (comparedNames(gate).length === 0)
    return [
      [field, `${field} needs something to compare with: add aboveBaseline, aboveProduction or aboveRun`],
    ];
  if (minImprovement === undefined || maxRegression === undefined) return [];
  return [
    [
      'maxRegression',
      'a gate that asks for an improvement allows no regression: give minImprovement or maxRegression',
    ],
  ];
}

function brokenScope({ metric, slice, column, onInterval }: Gate, parsed: ParsedMetricName): Broken[] {
  return [
    ['slice', slice && whyNotOfSlice(metric, slice.by, parsed)],
    [
      'column',
      column !== undefined && parsed.split !== 'data'
        ? `${metric} is of no column: take a metric that begins with data_, or a slice`
        : undefined,
    ],
    ['onInterval', onInterval ? whyNoInterval(metric, slice, parsed) : undefined],
  ];
}

function whyNotOfSlice(metric: string, by: string, parsed: ParsedMetricName): string | undefined {
  const { split, family } = parsed;
  if (split !== 'test' || family.name === METRICS.rows.name)
    return `${metric} is of no slice: slices are of the test rows, by metrics that begin with test_`;
  if (!isOfUsers(parsed)) return `${metric} is of all rows alone: of slices there is ${metricsOfUsers()}`;
  if (by === NEW_ITEMS)
    return 'no list has an item that train does not have, so that every figure of newItems is 0: leave the gate out';
  if (by === NEW_USERS && family.name !== METRICS.recall.name)
    return `of new users only the recall is measured: take test_recall_at_K instead of ${metric}`;
  return undefined;
}

function whyNoInterval(metric: string, slice: Gate['slice'], parsed: ParsedMetricName): string | undefined {
  if (parsed.split !== 'test' || parsed.family.better === null)
    return `${metric} has no interval: there are intervals of what is measured on the test rows, by names that begin with test_`;
  if (!isOfUsers(parsed)) return `${metric} has no interval: there are intervals of ${metricsOfUsers()}`;
  return slice?.by === NEW_USERS
    ? 'users that train does not have are not told apart, so that there is no interval of newUsers'
    : undefined;
}

function brokenComparisons(gate: Gate, { split, family }: ParsedMetricName): Broken[] {
  const { metric, slice, aboveBaseline, aboveProduction } = gate;
  const neither = `neither more nor less of ${metric} is better: nothing can be above another by it`;
  const ofNewUsers = 'of new users the model alone is measured: compare all rows, or give atLeast or atMost';
  const isMeasured = (split === 'test' && family.baselines !== null) || split === 'serving';
  return [
    ...comparedFields(gate).map((field): Broken => [field, family.better === null ? neither : undefined]),
    [
      'slice',
      slice && (aboveBaseline !== undefined || aboveProduction) && slice.by === NEW_USERS
        ? ofNewUsers
        : undefined,
    ],
    [
      'aboveProduction',
      aboveProduction && !isMeasured && family.better !== null
        ? `the version that serves has no ${metric}: it is measured on the test rows as baselines are, and by what begins with serving_`
        : undefined,
    ],
  ];
}

function comparedFields(gate: Gate): (keyof Gate)[] {
  return (['aboveBaseline', 'aboveProduction', 'aboveRun'] as const).filter(
    (field) => gate[field] !== undefined,
  );
}

/** Bounds that decide nothing, or that nothing can reach. Shares lie between 0 and 1, and losses and errors are never below 0. */
function whyNoBound(gate: Gate, family: MetricFamily | undefined): string | undefined {
  const { metric, atLeast, atMost } = gate;
  if (atLeast !== undefined && atMost !== undefined && atLeast > atMost)
    return `atLeast ${atLeast} is above atMost ${atMost}: no result passes`;
  if (!family || family.better === null || family.mayBeNegative) return undefined;
  const greatest = family.display.as === 'share' ? 1 : Infinity;
  const range = greatest === 1 ? 'lies between 0 and 1' : 'is never below 0';
  if (atLeast !== undefined && atLeast > greatest) return `${metric} ${range}: no result reaches ${atLeast}`;
  if (atMost !== undefined && atMost < 0) return `${metric} ${range}: no result is at most ${atMost}`;
  const { minImprovement, maxRegression } = gate;
  if (typeof minImprovement === 'number' && minImprovement > greatest)
    return `${metric} ${range}: no result is better than another by ${minImprovement}`;
  const decides =
    (comparedNames(gate).length > 0 && !(typeof maxRegression === 'number' && maxRegression >= greatest)) ||
    (atLeast !== undefined && atLeast > 0) ||
    (atMost !== undefined && atMost < greatest);
  return decides ? undefined : `${metric} ${range}: every result passes, so that the gate decides nothing`;
}
