import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { evaluationReportSchema, type EvaluationReport } from '@trainyard/shared';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { type Chart, type Charts, openCharts } from './charts/charts.js';
import { importanceChart } from './charts/importance.js';
import { learningCurves } from './charts/learningCurves.js';
import { calibrationChart, confusionChart } from './charts/yesOrNo.js';
import { errorAnalysis, inferenceExamples } from './files/analysis.js';
import { historyCsv } from './files/history.js';
import { modelCard } from './files/modelCard.js';
import { renderReport } from './page/renderReport.js';

/** What a run leaves of its evaluation, by the names of the artifacts: paths in the folder of the model. */
export const EVALUATION_ARTIFACTS = {
  evaluation: 'evaluation.json',
  report: 'report.html',
  model_card: 'MODEL_CARD.md',
  history: 'metrics/history.csv',
  error_analysis: 'analysis/error_analysis.json',
  inference_examples: 'examples/inference_examples.json',
  visualizations: 'visualizations',
} as const;

/** Writes `evaluation.json` and all that is made of it alone into `folder`, which is there. */
export async function writeEvaluation(given: EvaluationReport, folder: string): Promise<void> {
  const report = evaluationReportSchema.parse(given);
  const charts = await openCharts();
  const files: Record<string, string> = {
    [EVALUATION_ARTIFACTS.evaluation]: jsonText(report),
    [EVALUATION_ARTIFACTS.report]: renderReport(report, charts),
    [EVALUATION_ARTIFACTS.model_card]: modelCard(report),
    [EVALUATION_ARTIFACTS.history]: historyCsv(report.history),
    [EVALUATION_ARTIFACTS.error_analysis]: jsonText(errorAnalysis(report)),
    [EVALUATION_ARTIFACTS.inference_examples]: jsonText(inferenceExamples(report)),
    ...Object.fromEntries(
      visualizations(report, charts).map(([name, chart]) => [
        `${EVALUATION_ARTIFACTS.visualizations}/${name}.svg`,
        charts.file(chart),
      ]),
    ),
  };
  await makeFolder(join(folder, EVALUATION_ARTIFACTS.visualizations));
  await Promise.all(
    Object.entries(files).map(async ([name, content]) => {
      await makeFolder(dirname(join(folder, name)));
      await writeFile(join(folder, name), content);
    }),
  );
}

function visualizations(report: EvaluationReport, { plot }: Charts): [string, Chart][] {
  const { yesOrNo, importance } = report;
  const [curves, better] = learningCurves(plot, report);
  const [first] = importance;
  return [
    ...(curves ? [['learning_curves', curves] as [string, Chart]] : []),
    ...(better ? [['learning_metrics', better] as [string, Chart]] : []),
    ...(first ? [['feature_importance', importanceChart(plot, first)] as [string, Chart]] : []),
    ...(yesOrNo
      ? [
          ['confusion_matrix', confusionChart(plot, yesOrNo)] as [string, Chart],
          ['calibration', calibrationChart(plot, yesOrNo)] as [string, Chart],
        ]
      : []),
  ];
}

const jsonText = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
