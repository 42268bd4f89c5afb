import type { EvaluationReport } from '@trainyard/shared/evaluation/report';
import { metricTitle } from '@trainyard/shared/metrics/display';
import { cut, metricFigure } from '@trainyard/shared/page/words';
import { whole } from '@trainyard/shared/whole';
import { DotPlot, type Dot } from '../../../figures/DotPlot.js';
import { Part } from '../../../figures/Part.js';

/** More are in the report. */
const MOST = 40;

/** For whom the model is how good, the worst first. */
export function Slices({ report: { slices, primaryMetric: metric, metrics } }: { report: EvaluationReport }) {
  const title = 'For whom it is how good';
  if (metric === null || slices.length === 0)
    return (
      <Part
        id="slices"
        title={title}
        note={
          metric === null
            ? 'Slices go by the primary metric, which has no value here.'
            : 'The rows were not told apart: evaluation.slices says by what.'
        }
      />
    );
  const overall = metrics.find(({ name }) => name === metric);
  const worse = slices.filter(({ isWorse }) => isWorse).length;
  const dots = slices.slice(0, MOST).flatMap(({ by, value, rows, users, metrics: own, isWorse }): Dot[] => {
    const found = own.find(({ name }) => name === metric);
    if (!found) return [];
    const name = `${by}: ${cut(value)} (${whole(rows)} rows, ${whole(users)} users)${isWorse ? ', worse' : ''}`;
    return [{ name, value: found.value, interval: found.interval, isOwn: isWorse }];
  });
  return (
    <Part
      id="slices"
      title={title}
      note={`The worst first${slices.length > MOST ? `; the first ${MOST} of ${whole(slices.length)}, the report has all` : ''}. ${worse === 0 ? 'None is worse than all rows together with the whole of its interval.' : `${worse === 1 ? 'One is' : `${whole(worse)} are`} worse than all rows together, which the dashed line stands for, with the whole of the interval.`}`}
    >
      <DotPlot
        of="Slice"
        title={metricTitle(metric)}
        dots={dots}
        text={(value) => metricFigure(metric, value)}
        {...(overall && { reference: overall.value })}
      />
    </Part>
  );
}
