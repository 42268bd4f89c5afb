import { whole } from '@trainyard/shared';
/** Charts of predicted answers, yes or no. */
import type { EvaluationReport } from '@trainyard/shared';
import type { Chart, Plot } from './charts.js';
import { percent } from '@trainyard/shared/page/words';

type YesOrNo = NonNullable<EvaluationReport['yesOrNo']>;

/** The deeper the colour, the larger the share of the rows that are truly so. */
export function confusionChart(plot: Plot, { confusion, threshold }: YesOrNo): Chart {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = confusion;
  const cells = [
    { actual: '1', predicted: '1', rows: truePositives },
    { actual: '1', predicted: '0', rows: falseNegatives },
    { actual: '0', predicted: '1', rows: falsePositives },
    { actual: '0', predicted: '0', rows: trueNegatives },
  ].map((cell) => {
    const all = cell.actual === '1' ? truePositives + falseNegatives : trueNegatives + falsePositives;
    const share = all === 0 ? 0 : cell.rows / all;
    return {
      ...cell,
      share,
      isRight: cell.actual === cell.predicted,
      text: `${whole(cell.rows)}\n${percent(share)}`,
    };
  });
  return {
    label: `Confusion matrix at threshold ${threshold}: of the rows of 1, ${whole(truePositives)} are taken for 1 and ${whole(falseNegatives)} for 0; of the rows of 0, ${whole(falsePositives)} are taken for 1 and ${whole(trueNegatives)} for 0`,
    options: {
      width: 380,
      height: 260,
      marginLeft: 60,
      marginBottom: 44,
      padding: 0.04,
      x: {
        type: 'band',
        domain: ['1', '0'],
        label: 'predicted',
        labelAnchor: 'center',
        labelArrow: 'none',
        tickSize: 0,
      },
      y: {
        type: 'band',
        domain: ['1', '0'],
        label: 'actual',
        labelAnchor: 'center',
        labelArrow: 'none',
        tickSize: 0,
      },
      marks: [
        plot.cell(cells, {
          x: 'predicted',
          y: 'actual',
          fill: (cell: (typeof cells)[number]) => (cell.isRight ? 'var(--model)' : 'var(--loss)'),
          fillOpacity: (cell: (typeof cells)[number]) => 0.08 + 0.3 * cell.share,
          rx: 6,
        }),
        plot.text(cells, {
          x: 'predicted',
          y: 'actual',
          text: 'text',
          fill: 'var(--ink)',
          fontSize: 15,
          lineHeight: 1.3,
        }),
      ],
      opacity: { type: 'identity' },
    },
  };
}

/** How often what was predicted with some probability was so; on the diagonal predictions are probabilities. */
export function calibrationChart(plot: Plot, { uncalibrated, calibrated }: YesOrNo): Chart {
  const series = [
    { name: 'as predicted', color: 'var(--other)', bins: uncalibrated.bins },
    ...(calibrated ? [{ name: 'calibrated', color: 'var(--model)', bins: calibrated.bins }] : []),
  ];
  const points = series.flatMap(({ name, color, bins }) =>
    bins.flatMap(({ meanPredicted, shareOfOnes, rows }) =>
      meanPredicted === null || shareOfOnes === null
        ? []
        : [{ name, color, meanPredicted, shareOfOnes, rows }],
    ),
  );
  const error = calibrated ? `, after calibration ${calibrated.expectedCalibrationError.toFixed(3)}` : '';
  return {
    label: `Calibration curve: the expected calibration error is ${uncalibrated.expectedCalibrationError.toFixed(3)}${error}`,
    options: {
      width: 380,
      height: 300,
      marginLeft: 52,
      marginBottom: 44,
      r: { range: [2, 8] },
      x: { domain: [0, 1], label: 'mean prediction', labelAnchor: 'center', labelArrow: 'none', grid: true },
      y: { domain: [0, 1], label: 'share of ones', labelArrow: 'none', grid: true },
      marks: [
        plot.line(
          [
            [0, 0],
            [1, 1],
          ],
          { stroke: 'var(--soft)', strokeDasharray: '4 3' },
        ),
        plot.line(points, {
          x: 'meanPredicted',
          y: 'shareOfOnes',
          z: 'name',
          stroke: 'color',
          strokeWidth: 2,
        }),
        plot.dot(points, { x: 'meanPredicted', y: 'shareOfOnes', r: 'rows', fill: 'color' }),
      ],
    },
  };
}
