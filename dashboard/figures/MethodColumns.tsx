import { methodTitle } from '@trainyard/shared/metrics/baselines';
import { formatMetric } from '@trainyard/shared/metrics/display';

/** The baselines of a result, by their kind, each with its metrics. */
type Methods = readonly (readonly [string, Readonly<Record<string, number>> | undefined])[];

/** In the head of a table of metrics, a column for each method. */
export function MethodHeads({ methods }: { methods: Methods }) {
  return methods.map(([method]) => (
    <th key={method} className="tabular">
      {methodTitle(method)}
    </th>
  ));
}

/** In the row of a metric, what each method reaches. */
export function MethodCells({ methods, name }: { methods: Methods; name: string }) {
  return methods.map(([method, values]) => (
    <td key={method} className="tabular">
      {formatMetric(name, values?.[name])}
    </td>
  ));
}
