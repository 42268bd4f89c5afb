/** What a specification may ask of metrics: that such a model has them, on that split and at that K. */
import { whyNotMonitored, whyNotPrimary } from '../metrics/availability.js';
import type { Evaluation } from './evaluation/evaluation.js';
import { measuredModel } from './evaluation/measuredModel.js';
import { brokenYesOrNoRules } from './evaluation/yesOrNo.js';
import type { Features } from './features.js';
import type { Model } from './model.js';
import type { RuleBroken } from './modelRules.js';
import { brokenMetricGates } from './rules/gates.js';
import type { Training } from './training.js';

interface Asking {
  model: Model | { preset: string };
  features: Features | { preset: string };
  evaluation: Evaluation;
  training: Training;
}

export function brokenMetricRules(spec: Asking): RuleBroken[] {
  const measured = measuredModel(spec);
  return [
    ...brokenYesOrNoRules(spec.evaluation, measured),
    ...monitorsOf(spec.training).flatMap(({ section, monitor }) =>
      broken(['training', section, 'monitor'], whyNotMonitored(monitor, measured)),
    ),
    ...broken(
      ['evaluation', 'primaryMetric'],
      spec.evaluation.primaryMetric === undefined
        ? undefined
        : whyNotPrimary(spec.evaluation.primaryMetric, measured),
    ),
    ...brokenMetricGates(spec.evaluation.gates, measured, spec.evaluation.baselines),
  ];
}

/** The metrics that a training goes by, and the sections that name them. */
export function monitorsOf({ earlyStopping, schedule }: Pick<Training, 'earlyStopping' | 'schedule'>): {
  section: 'earlyStopping' | 'schedule';
  monitor: string;
}[] {
  return [
    ...(earlyStopping ? [{ section: 'earlyStopping' as const, monitor: earlyStopping.monitor }] : []),
    ...(schedule.type === 'plateau' ? [{ section: 'schedule' as const, monitor: schedule.monitor }] : []),
  ];
}

function broken(path: (string | number)[], message: string | undefined): RuleBroken[] {
  return message === undefined ? [] : [{ path, message }];
}
