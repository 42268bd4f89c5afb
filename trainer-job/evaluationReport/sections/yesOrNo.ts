import { whole } from '@trainyard/shared';
import { html } from '@trainyard/shared/page/html';
import { calibrationChart, confusionChart } from '../charts/yesOrNo.js';
import type { Section } from '../page/section.js';
import { pairs } from '@trainyard/shared/page/table';
import { figure, percent } from '@trainyard/shared/page/words';

export const yesOrNo: Section = {
  id: 'answers',
  title: 'Answers, yes or no',
  content({ report: { yesOrNo: found, modelType, ratingErrors }, charts }) {
    if (modelType === 'retrieval') return null;
    if (!found) return ratingErrors ? null : 'Predicted answers were not looked at.';
    const rows = Object.values(found.confusion).reduce((sum, count) => sum + count, 0);
    const { thresholds, uncalibrated, calibrated, threshold } = found;
    const none = 'none is found on the validation rows';
    return html`<div class="side">
        <figure>
          <figcaption>
            What ${whole(rows)} test rows are taken for, from a prediction of ${figure(threshold)} on
          </figcaption>
          ${charts.draw(confusionChart(charts.plot, found))}
        </figure>
        <figure>
          <figcaption>
            Calibration: on the dashed line predictions are probabilities. Grey: as
            predicted${calibrated ? '; blue: calibrated' : ''}
          </figcaption>
          ${charts.draw(calibrationChart(charts.plot, found))}
        </figure>
      </div>
      ${pairs([
        ['threshold', figure(threshold)],
        ['threshold of the best F1', thresholds.bestF1 === null ? none : figure(thresholds.bestF1)],
        ...(thresholds.ofPrecision
          ? [
              [
                `threshold for a precision of ${percent(thresholds.ofPrecision.precision, 0)}`,
                thresholds.ofPrecision.threshold === null ? none : figure(thresholds.ofPrecision.threshold),
              ] as const,
            ]
          : []),
        ['expected calibration error', figure(uncalibrated.expectedCalibrationError)],
        [
          'after calibration',
          calibrated
            ? `${figure(calibrated.expectedCalibrationError)} (${calibrated.method})`
            : 'evaluation.calibration asks for none',
        ],
      ])}`;
  },
};
