import type { EvaluationReport } from '@trainyard/shared/evaluation/report';
import { methodTitle } from '@trainyard/shared/metrics/baselines';
import { isBetter } from '@trainyard/shared/metrics/direction';
import { metricTitle } from '@trainyard/shared/metrics/display';
import { bounds, metricFigure, signedPercent } from '@trainyard/shared/page/words';
import { whole } from '@trainyard/shared/whole';
import { DotPlot, type Dot } from '../../../figures/DotPlot.js';
import { ScrollingTable } from '../../../figures/ScrollingTable.js';
import { Part } from '../../../figures/Part.js';

/** The model beside every other method and the version that serves, by the metric that says most. */
export function Methods({ report }: { report: EvaluationReport }) {
  const { primaryMetric: metric, metrics, methods, measured } = report;
  const title = 'Beside other methods';
  if (metric === null)
    return (
      <Part
        id="methods"
        title={title}
        note={
          measured.rows === 0
            ? 'No test row could be measured, so there is nothing to compare.'
            : 'The primary metric has no value on the test rows, so there is nothing to compare by.'
        }
      />
    );
  const dots = [{ name: 'this model', metrics }, ...methods]
    .flatMap(({ name, metrics: own }, i): Dot[] => {
      const found = own.find((one) => one.name === metric);
      return found ? [{ name: methodTitle(name), ...pick(found), isOwn: i === 0 }] : [];
    })
    .toSorted((a, b) => (a.value === b.value ? 0 : isBetter(metric, a.value, b.value) ? -1 : 1));
  return (
    <Part
      id="methods"
      title={title}
      note={`Measured: ${measured.how}; ${whole(measured.rows)} of ${whole(measured.rowsOfSplit)} test rows of ${whole(measured.users)} users, ${whole(measured.items)} items. Every method was measured on the same rows.`}
    >
      <DotPlot
        of="Method"
        title={metricTitle(metric)}
        dots={dots}
        text={(value) => metricFigure(metric, value)}
      />
      <Differences report={report} metric={metric} />
    </Part>
  );
}

const pick = ({ value, interval }: EvaluationReport['metrics'][number]) => ({ value, interval });

/** How much better or worse than each, and how sure that is. */
function Differences({ report, metric }: { report: EvaluationReport; metric: string }) {
  const rows = report.comparisons.filter((one) => one.metric === metric);
  if (rows.length === 0) return null;
  return (
    <ScrollingTable minWidth={520}>
      <thead>
        <tr>
          <th>Against</th>
          <th className="tabular">Its {metricTitle(metric)}</th>
          <th className="tabular">Difference</th>
          <th className="tabular">Change</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ against, other, difference, differenceInterval, change, changeInterval }) => (
          <tr key={against}>
            <td>{methodTitle(against)}</td>
            <td className="tabular">{metricFigure(metric, other)}</td>
            <td className="tabular">
              {difference > 0 && '+'}
              {metricFigure(metric, difference)}
              {differenceInterval && <span className="note line">{bounds(metric, differenceInterval)}</span>}
            </td>
            <td className="tabular">
              {change === null ? '–' : signedPercent(change)}
              {changeInterval && (
                <span className="note line">
                  {signedPercent(changeInterval.low)} to {signedPercent(changeInterval.high)}
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollingTable>
  );
}
