/** Gates that no result could pass or miss, or that ask for what is not measured: refused at the start. */
import {
  metricPatterns,
  whyNotCompared,
  whyNotGated,
  type MeasuredModel,
} from '../../metrics/availability.js';
import { BASELINES } from '../../metrics/baselines.js';
import { METRIC_SPLITS, type MetricFamily } from '../../metrics/family.js';
import { parseMetricName, type ParsedMetricName } from '../../metrics/names.js';
import { comparedNames } from '../evaluation/gateWords.js';
import type { Gate } from '../evaluation/gate.js';
import { featureName, type Features } from '../features.js';
import type { RuleBroken } from '../modelRules.js';
import { isSlicedBy } from './slices.js';

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
      [undefined, whyNoBound(gate, parsed?.family)],
    ]);
  });
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

/** Rows that the metrics of all rows leave out, of which the model alone is measured. */
const NEWCOMERS = ['newUsers', 'newItems'];
/** What rows are told apart by besides features. */
const USUAL_SLICES = ['userActivity', 'itemPopularity', ...NEWCOMERS, 'season'];

/** By the features: a slice is of what the evaluation sees of a row. */
export function brokenGateSlices(gates: readonly Gate[], { query, candidate }: Features): RuleBroken[] {
  const features = [...query, ...candidate];
  return gates.flatMap((gate, i) => {
    const { slice } = gate;
    const isKnown =
      !slice || USUAL_SLICES.includes(slice.by) || features.some((feature) => isSlicedBy(feature, slice.by));
    const names = [...new Set(features.map(featureName)), ...USUAL_SLICES].join(', ');
    return brokenOf(gate, i, [
      ['slice', isKnown ? undefined : `no test rows are told apart by ${slice.by}: take one of ${names}`],
    ]);
  });
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

function brokenScope(
  { metric, slice, column, onInterval }: Gate,
  { split, family }: ParsedMetricName,
): Broken[] {
  return [
    [
      'slice',
      slice && (split !== 'test' || family.name === 'rows')
        ? `${metric} is of no slice: slices are of the test rows, by metrics that begin with test_`
        : undefined,
    ],
    [
      'column',
      column !== undefined && split !== 'data'
        ? `${metric} is of no column: take a metric that begins with data_, or a slice`
        : undefined,
    ],
    [
      'onInterval',
      onInterval && (split !== 'test' || family.better === null)
        ? `${metric} has no interval: there are intervals of what is measured on the test rows, by names that begin with test_`
        : undefined,
    ],
  ];
}

function brokenComparisons(gate: Gate, { split, family }: ParsedMetricName): Broken[] {
  const { metric, slice, aboveBaseline, aboveProduction } = gate;
  const neither = `neither more nor less of ${metric} is better: nothing can be above another by it`;
  const ofNewcomers =
    'of new users and items the model alone is measured: compare all rows, or give atLeast or atMost';
  const isMeasured = (split === 'test' && family.baselines !== null) || split === 'serving';
  return [
    ...comparedFields(gate).map((field): Broken => [field, family.better === null ? neither : undefined]),
    [
      'slice',
      slice && (aboveBaseline !== undefined || aboveProduction) && NEWCOMERS.includes(slice.by)
        ? ofNewcomers
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
  const decides =
    comparedNames(gate).length > 0 ||
    (atLeast !== undefined && atLeast > 0) ||
    (atMost !== undefined && atMost < greatest);
  return decides ? undefined : `${metric} ${range}: every result passes, so that the gate decides nothing`;
}
