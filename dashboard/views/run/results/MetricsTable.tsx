import type { EvaluationReport } from '@trainyard/shared/evaluation/report';
import { isBetter } from '@trainyard/shared/metrics/direction';
import { metricTitle } from '@trainyard/shared/metrics/display';
import { bounds, metricFigure } from '@trainyard/shared/page/words';
import { ScrollingTable } from '../../../figures/ScrollingTable.js';

type Measured = EvaluationReport['metrics'][number];

interface Props {
  /** What is measured, each with its metrics. */
  columns: readonly { title: string; metrics: readonly Measured[] }[];
  names: readonly string[];
}

/** In pixels. */
const WIDTHS = { name: 160, column: 110 };

/** A row for each metric, with intervals; the best of a row is bold. */
export function MetricsTable({ columns, names }: Props) {
  return (
    <ScrollingTable minWidth={WIDTHS.name + columns.length * WIDTHS.column} maxHeight={480} stickyHeader>
      <thead>
        <tr>
          <th>Metric</th>
          {columns.map(({ title }) => (
            <th key={title} className="tabular">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {names.map((name) => (
          <Row key={name} name={name} values={columns.map(({ metrics }) => metrics.find(isOf(name)))} />
        ))}
      </tbody>
    </ScrollingTable>
  );
}

const isOf = (name: string) => (metric: Measured) => metric.name === name;

function Row({ name, values }: { name: string; values: readonly (Measured | undefined)[] }) {
  const found = values.flatMap((one) => (one ? [one.value] : []));
  const best = found.length < 2 ? undefined : found.reduce((a, b) => (isBetter(name, b, a) ? b : a));
  return (
    <tr>
      <td className="named breaks">{metricTitle(name, 'test')}</td>
      {values.map((one, i) => (
        <td key={i} className="tabular">
          <span className={one && one.value === best ? 'best' : undefined}>
            {metricFigure(name, one?.value)}
          </span>
          {one?.interval && <span className="note line">{bounds(name, one.interval)}</span>}
        </td>
      ))}
    </tr>
  );
}
