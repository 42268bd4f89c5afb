/** How sure the figures are: intervals of every metric, and of how far the model is from every other method. */
import {
  type Comparison,
  comparisonsOf,
  type LeftOut,
  type MeasuredMetric,
  type Metrics,
  MIN_USERS,
} from '@trainyard/shared';
import type { Findings } from '../findings.js';
import { MODEL, type PartContext } from '../part.js';
import { changeOf, differenceOf, type Estimate } from './estimate.js';
import { estimatesOf, type MethodEstimates } from './estimates.js';
import { intervalOf } from './interval.js';

export async function intervals(context: PartContext): Promise<Partial<Findings>> {
  const { metrics, methods, primaryMetric, spec } = context;
  if (spec.evaluation.bootstrapDraws === 0) {
    return {
      leftOut: [
        {
          what: 'intervals of the figures',
          why: 'evaluation.bootstrapDraws is 0',
          remedy: 'set evaluation.bootstrapDraws to 1000',
        },
      ],
    };
  }
  const estimates = await estimatesOf(context);
  return {
    metrics: withIntervals(metrics, estimates.get(MODEL)),
    methods: methods.map(({ name, metrics: own, settings }) => ({
      name,
      metrics: withIntervals(own, estimates.get(name)),
      settings,
    })),
    comparisons: comparisonsOf(metrics, methods, primaryMetric).map((comparison) => ({
      ...comparison,
      ...comparedIntervals(comparison, estimates),
    })),
    leftOut: leftOutOf(context, estimates),
  };
}

function withIntervals(
  metrics: Metrics,
  estimates: ReadonlyMap<string, Estimate> | undefined,
): MeasuredMetric[] {
  return Object.entries(metrics).map(([name, value]) => {
    const estimate = estimates?.get(name);
    return { name, value, interval: estimate ? intervalOf(estimate) : null };
  });
}

/** Of the difference of both, as far as both were drawn. */
export function comparedIntervals(
  { metric, against, change: share }: Comparison,
  estimates: MethodEstimates,
): Pick<Comparison, 'differenceInterval' | 'changeInterval'> {
  const [own, other] = [MODEL, against].map((method) => estimates.get(method)?.get(metric));
  if (!own || !other) return { differenceInterval: null, changeInterval: null };
  const change = share === null ? undefined : changeOf(own, other);
  return {
    differenceInterval: intervalOf(differenceOf(own, other)),
    changeInterval: change ? intervalOf(change) : null,
  };
}

/** Losses and counts have no intervals and nobody looks for them; whatever else lacks one is said. */
function leftOutOf({ metrics, spec }: PartContext, estimates: MethodEstimates): LeftOut[] {
  const own = estimates.get(MODEL);
  const users = Math.max(0, ...[...(own?.values() ?? [])].map(({ influence }) => influence.length));
  if (users < MIN_USERS) {
    return [
      {
        what: 'intervals of the figures',
        why: `there ${users === 1 ? 'is 1 test user' : `are ${users} test users`}, and of fewer than ${MIN_USERS} a draw says nothing`,
        remedy:
          (spec.evaluation.maxUsers ?? Infinity) < MIN_USERS
            ? `raise evaluation.maxUsers to ${MIN_USERS} at least, or leave it out`
            : 'give dataset.split a larger share of test rows',
      },
    ];
  }
  const alike = [...(own ?? [])].flatMap(([name, estimate]) =>
    metrics[name] !== undefined && intervalOf(estimate) === null ? [name] : [],
  );
  if (alike.length === 0) return [];
  return [
    {
      what: `intervals of ${alike.join(', ')}`.slice(0, 200),
      why: 'all test users are alike in them, or too few draws of users have a value, so that draws say nothing of how sure they are',
      remedy: null,
    },
  ];
}
