import { Text } from '@mantine/core';
import type { EvaluationReport } from '@trainyard/shared/evaluation/report';
import { formatMetric, metricTitle } from '@trainyard/shared/metrics/display';
import { metricFigure } from '@trainyard/shared/page/words';
import { whole } from '@trainyard/shared/whole';
import { DotPlot } from '../../../figures/DotPlot.js';
import { Part } from '../../../figures/Part.js';

/** What each feature is worth to the model. */
export function FeatureImportance({ report: { importance } }: { report: EvaluationReport }) {
  const title = 'What matters to the model';
  if (importance.length === 0)
    return <Part id="importance" title={title} note="What each feature is worth was not measured." />;
  return (
    <Part
      id="importance"
      title={title}
      note="How much worse the trained model is where the values of a feature are shuffled among the test rows: at 0, the dashed line, it does as well without it."
    >
      {importance.map(({ metric, value, rows, features }) => (
        <div key={metric}>
          <Text size="sm">
            By {metricTitle(metric)}, which is {formatMetric(metric, value)} on {whole(rows)} rows
          </Text>
          <DotPlot
            of="Feature"
            title="Worse by"
            dots={features.map(({ feature, tower, loss, interval }) => ({
              name: `${feature} (${tower} tower)`,
              value: loss,
              interval,
              isOwn: (interval?.low ?? loss) > 0,
            }))}
            text={(loss) => metricFigure(metric, loss)}
            reference={0}
          />
        </div>
      ))}
    </Part>
  );
}
