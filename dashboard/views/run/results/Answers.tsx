import { Text } from '@mantine/core';
import type { EvaluationReport } from '@trainyard/shared/evaluation/report';
import { figure, percent } from '@trainyard/shared/page/words';
import { whole } from '@trainyard/shared/whole';
import { Pairs } from '../../../figures/Pairs.js';
import { Calibration } from './Calibration.js';
import { Part } from '../../../figures/Part.js';

type YesOrNo = NonNullable<EvaluationReport['yesOrNo']>;

/** How good predicted answers are, yes or no, and whether they can be taken for probabilities. */
export function Answers({ report: { yesOrNo } }: { report: EvaluationReport }) {
  if (!yesOrNo) return null;
  const { threshold, thresholds, uncalibrated, calibrated } = yesOrNo;
  const orNone = (value: number | null) =>
    value === null ? 'none is found on the validation rows' : figure(value);
  return (
    <Part id="answers" title="Answers, yes or no">
      <div className="charts">
        <Confusion of={yesOrNo} />
        <div>
          <Text size="sm">
            Calibration: on the dashed line predictions are probabilities. Grey is as predicted
            {calibrated && ', blue is calibrated'}.
          </Text>
          <Calibration uncalibrated={uncalibrated.bins} calibrated={calibrated?.bins} />
        </div>
      </div>
      <Pairs
        of={[
          ['threshold', figure(threshold)],
          ['threshold of the best F1', orNone(thresholds.bestF1)],
          ...(thresholds.ofPrecision
            ? [
                [
                  `threshold for a precision of ${percent(thresholds.ofPrecision.precision, 0)}`,
                  orNone(thresholds.ofPrecision.threshold),
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
        ]}
      />
    </Part>
  );
}

function Confusion({ of: { confusion, threshold } }: { of: YesOrNo }) {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = confusion;
  const rows = [
    ['1', truePositives, falseNegatives],
    ['0', falsePositives, trueNegatives],
  ] as const;
  return (
    <div>
      <Text size="sm">What test rows are taken for, from a prediction of {figure(threshold)} on</Text>
      <table className="table ruled">
        <thead>
          <tr>
            <th>true value</th>
            <th className="tabular">taken for 1</th>
            <th className="tabular">taken for 0</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([value, one, zero]) => (
            <tr key={value}>
              <th scope="row">{value}</th>
              <td className="tabular">{whole(one)}</td>
              <td className="tabular">{whole(zero)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
