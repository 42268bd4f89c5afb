/** Gate sets to start from: usual bounds, which a model's own set of the same name replaces. */
import type { z } from 'zod';
import { metricName } from '../../metrics/names.js';
import { METRICS } from '../../metrics/table.js';
import { gateSetsSchema, type GateSets } from './gateSets.js';

type Single = Parameters<typeof metricName>[0] & { readonly perK: false };
const test = (family: Single) => metricName(family, 'test');
const data = (family: Single) => metricName(family, 'data');

const SETS = {
  regression: [
    { metric: test(METRICS.rmse), atMost: 0.15 },
    { metric: test(METRICS.mae), atMost: 0.12 },
    { metric: test(METRICS.r2), atLeast: 0.7 },
    { metric: test(METRICS.explainedVariance), atLeast: 0.65, critical: false },
  ],
  classification: [
    { metric: test(METRICS.accuracy), atLeast: 0.85 },
    { metric: test(METRICS.f1), atLeast: 0.8 },
    { metric: test(METRICS.answerPrecision), atLeast: 0.75 },
    { metric: test(METRICS.answerRecall), atLeast: 0.75 },
    { metric: test(METRICS.auc), atLeast: 0.85 },
  ],
  'data-quality': [
    { metric: data(METRICS.missingShare), atMost: 0.05 },
    { metric: data(METRICS.outlierShare), atMost: 0.01, critical: false },
  ],
  performance: [
    { metric: metricName(METRICS.latencyP95, 'serving', 1), atMost: 100 },
    { metric: metricName(METRICS.memory, 'serving'), atMost: 1000 },
  ],
  'baseline-comparison': [
    { metric: test(METRICS.rmse), aboveProduction: true, minImprovement: 0.02 },
    {
      metric: metricName(METRICS.latencyP95, 'serving', 1),
      aboveProduction: true,
      maxRegression: 10,
      critical: false,
    },
  ],
  drift: [
    { metric: data(METRICS.psi), atMost: 0.25 },
    { metric: data(METRICS.kl), atMost: 0.2, critical: false },
    { metric: data(METRICS.ksPValue), atLeast: 0.05, critical: false },
  ],
} satisfies z.input<typeof gateSetsSchema>;

export const BUILT_IN_GATE_SETS: GateSets = gateSetsSchema.parse(SETS);
