import type { EvaluationReport } from '@trainyard/shared/evaluation/report';
import { methodTitle } from '@trainyard/shared/metrics/baselines';
import { MetricsTable } from './MetricsTable.js';
import { Part } from '../../../figures/Part.js';

/** Every metric of the model and of each other method, and what the lists themselves are like. */
export function AllMetrics({ report: { metrics, methods, lists } }: { report: EvaluationReport }) {
  const ofLists = new Set(lists.flatMap((list) => list.metrics.map(({ name }) => name)));
  const isCompared = (name: string) =>
    methods.some((method) => method.metrics.some((metric) => metric.name === name));
  const names = metrics.map(({ name }) => name).filter((name) => !ofLists.has(name) || isCompared(name));
  const hasIntervals = metrics.some(({ interval }) => interval !== null);
  return (
    <>
      <Part
        id="metrics"
        title="All metrics"
        note={`On the test split. The best of a row is bold. ${hasIntervals ? 'Below a value stands its 95 % interval, from draws over users.' : 'No intervals were computed.'}`}
      >
        <MetricsTable
          names={names}
          columns={[
            { title: 'this model', metrics },
            ...methods.map(({ name, metrics: own }) => ({ title: methodTitle(name), metrics: own })),
          ]}
        />
      </Part>
      {lists.length > 0 && (
        <Part
          id="lists"
          title="What the lists are like"
          note="How much of the catalogue the lists show, how concentrated, how novel and how alike they are, whatever was bought."
        >
          <MetricsTable
            names={[...ofLists]}
            columns={lists.map(({ of, metrics: own }) => ({
              title: of === 'model' ? 'this model' : methodTitle(of),
              metrics: own,
            }))}
          />
        </Part>
      )}
    </>
  );
}
