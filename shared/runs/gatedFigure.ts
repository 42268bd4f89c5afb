/** What gates are judged by: each gated figure of a result with its interval, and what it is compared with. */
import { z } from 'zod';
import { metricNameSchema } from '../common.js';
import { described } from '../described.js';
import { intervalSchema } from '../metrics/interval.js';
import { sliceReferenceSchema, type GateInput } from '../spec/evaluation/gate.js';

/** The name of the version that serves, among what a result is compared with. */
export const PRODUCTION = 'production';

const why = (text: string, example: string) => described(z.string().max(300).nullable(), text, example);

const comparedFigureSchema = z.strictObject({
  against: described(
    z.string().max(63),
    'What the value is compared with: a baseline, or `production` for the version that served at the start.',
    'popularity',
  ),
  exists: described(
    z.boolean(),
    'Whether there is such a thing: false for `production` where no version served.',
    true,
  ),
  value: described(z.number().nullable(), 'Its own value; null where it was not measured.', 0.192),
  differenceInterval: described(
    intervalSchema.nullable(),
    'How sure the difference of both values is; null where no interval was computed.',
    { low: 0.0133, high: 0.0188 },
  ),
  changeInterval: described(
    intervalSchema.nullable(),
    'How sure the difference is as a share of its value; null where no interval was computed.',
    { low: 0.069, high: 0.098 },
  ),
  why: why('Why there is no value; null where there is one.', 'the version that serves has no such metric'),
});
export type ComparedFigure = z.infer<typeof comparedFigureSchema>;

export const gatedFigureSchema = z.strictObject({
  metric: described(metricNameSchema.clone(), 'The name of the metric.', 'test_recall_at_100'),
  slice: described(
    sliceReferenceSchema.nullable(),
    'The slice of the test rows that it is of; null for all of them.',
  ),
  column: described(
    z.string().max(200).nullable(),
    'The column of the data that it is of; null for the worst, or where it is of no column.',
    'price',
  ),
  worstColumn: described(
    z.string().max(200).optional(),
    'The worst column, whose value it is, where it is of the data and of no column; trainers of before do not tell.',
    'price',
  ),
  requests: described(
    z.int().min(1).optional(),
    'The number of requests that it was measured by, where it is a latency; trainers of before do not tell.',
    137,
  ),
  value: described(z.number().nullable(), 'Its value; null where it was not measured.', 0.312),
  interval: described(
    intervalSchema.nullable(),
    'How sure the value is; null where no interval was computed.',
    { low: 0.299, high: 0.325 },
  ),
  others: described(z.array(comparedFigureSchema).max(10), 'What gates compare it with.'),
  why: why('Why there is no value; null where there is one.', 'no test row is of that slice'),
});
export type GatedFigure = z.infer<typeof gatedFigureSchema>;

/** More than the gates of any specification ask for. */
export const MAX_FIGURES = 60;

export const gatedFiguresSchema = described(
  z.array(gatedFigureSchema).max(MAX_FIGURES).optional(),
  'The figures that the gates of the specification ask for, each once; trainers of before give none. Gates are judged by them, and by `metrics` and `baselines` for what is not among them.',
);

/** Whether a gate asks for the figure. */
export function isFigureOf(
  { metric, slice, column }: Pick<GatedFigure, 'metric' | 'slice' | 'column'>,
  gate: Pick<GateInput, 'metric' | 'slice' | 'column'>,
): boolean {
  return (
    metric === gate.metric &&
    (column ?? undefined) === gate.column &&
    slice?.by === gate.slice?.by &&
    slice?.value === gate.slice?.value
  );
}
