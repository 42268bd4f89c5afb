import type { EvaluationReport } from '@trainyard/shared/evaluation/report';
import { figure } from '@trainyard/shared/page/words';

type Bins = NonNullable<EvaluationReport['yesOrNo']>['uncalibrated']['bins'];

const SIZE = 200;
const MARGIN = 8;

/** The share of ones over the mean prediction, bin by bin. */
export function Calibration({
  uncalibrated,
  calibrated,
}: {
  uncalibrated: Bins;
  calibrated: Bins | undefined;
}) {
  const label = pointsOf(calibrated ?? uncalibrated)
    .map(
      ({ meanPredicted, shareOfOnes }) => `${figure(meanPredicted)} predicted, ${figure(shareOfOnes)} true`,
    )
    .join('; ');
  return (
    <svg
      className="calibration"
      viewBox={`0 0 ${SIZE + 2 * MARGIN} ${SIZE + 2 * MARGIN}`}
      role="img"
      aria-label={`Calibration: ${label}`}
    >
      <line
        className="plotReference"
        x1={place(0)}
        y1={SIZE + 2 * MARGIN - place(0)}
        x2={place(1)}
        y2={SIZE + 2 * MARGIN - place(1)}
      />
      <Line bins={uncalibrated} isGrey />
      {calibrated && <Line bins={calibrated} />}
    </svg>
  );
}

function Line({ bins, isGrey = false }: { bins: Bins; isGrey?: boolean }) {
  const points = pointsOf(bins).map(({ meanPredicted, shareOfOnes }) => ({
    x: place(meanPredicted),
    y: SIZE + 2 * MARGIN - place(shareOfOnes),
  }));
  return (
    <g {...(isGrey && { className: 'asPredicted' })}>
      <polyline points={points.map(({ x, y }) => `${x},${y}`).join(' ')} fill="none" strokeWidth={2} />
      {points.map(({ x, y }, i) => (
        <circle key={i} cx={x} cy={y} r={3} />
      ))}
    </g>
  );
}

/** Bins without rows have none. */
function pointsOf(bins: Bins): { meanPredicted: number; shareOfOnes: number }[] {
  return bins.flatMap(({ meanPredicted, shareOfOnes }) =>
    meanPredicted === null || shareOfOnes === null ? [] : [{ meanPredicted, shareOfOnes }],
  );
}

function place(share: number): number {
  return MARGIN + SIZE * share;
}
