/** Parts of `evaluation.json` under the names that other tools look for. */
import type { EvaluationReport } from '@trainyard/shared';

/** `analysis/error_analysis.json`: where the model is bad. */
export function errorAnalysis(report: EvaluationReport): unknown {
  const { run, primaryMetric, slices, ratingErrors, yesOrNo, leftOut } = report;
  return {
    schemaVersion: 1,
    run,
    primaryMetric,
    worstSlices: slices.slice(0, 20),
    errors: ratingErrors,
    largest: ratingErrors?.largest ?? yesOrNo?.largest ?? [],
    confusion: yesOrNo && { threshold: yesOrNo.threshold, ...yesOrNo.confusion },
    leftOut,
  };
}

/** `examples/inference_examples.json`: what one asks the model, and what it answers. */
export function inferenceExamples({ run, samples, ratingErrors, yesOrNo }: EvaluationReport): unknown {
  return {
    schemaVersion: 1,
    run,
    recommendations: samples.map(({ user, features, recommended, taken }) => ({
      input: { user, ...features },
      output: recommended.map(({ item, label, score }) => ({ item, label, score })),
      taken: taken.map(({ item }) => item),
    })),
    predictions: (ratingErrors?.largest ?? yesOrNo?.largest ?? []).map(
      ({ user, item, values, predicted, actual }) => ({
        input: { user, item, ...values },
        output: predicted,
        actual,
      }),
    ),
  };
}
