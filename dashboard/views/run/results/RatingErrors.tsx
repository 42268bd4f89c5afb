import type { EvaluationReport } from '@trainyard/shared/evaluation/report';
import { cut, figure } from '@trainyard/shared/page/words';
import { whole } from '@trainyard/shared/whole';
import { Pairs } from '../../../figures/Pairs.js';
import { ScrollingTable } from '../../../figures/ScrollingTable.js';
import { Part } from '../../../figures/Part.js';

type Largest = NonNullable<EvaluationReport['ratingErrors']>['largest'];

/** How far predicted numbers are off, and where most. */
export function RatingErrors({ report: { ratingErrors } }: { report: EvaluationReport }) {
  if (!ratingErrors) return null;
  const { distribution, largest } = ratingErrors;
  const { min, mean, median, max, std, percentiles } = distribution;
  return (
    <Part
      id="errors"
      title="How far predictions are off"
      note={`An error is the prediction less the true value, here of ${whole(distribution.rows)} test rows. The report has the errors by category.`}
    >
      <div className="charts">
        <Pairs
          of={[
            ['least', figure(min)],
            ['median', figure(median)],
            ['mean', figure(mean)],
            ['greatest', figure(max)],
            ['standard deviation', figure(std)],
          ]}
        />
        <Pairs
          of={Object.entries(percentiles).map(
            ([name, value]) => [`${name.slice(1)} % are within`, figure(value)] as const,
          )}
        />
      </div>
      <LargestErrors rows={largest} />
    </Part>
  );
}

function LargestErrors({ rows }: { rows: Largest }) {
  if (rows.length === 0) return null;
  return (
    <ScrollingTable minWidth={560}>
      <thead>
        <tr>
          <th>User</th>
          <th>Item</th>
          <th className="tabular">True value</th>
          <th className="tabular">Predicted</th>
          <th>What the model saw</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ user, item, actual, predicted, values }, i) => (
          <tr key={i}>
            <td className="breaks">{cut(user)}</td>
            <td className="breaks">{cut(item)}</td>
            <td className="tabular">{figure(actual)}</td>
            <td className="tabular">{figure(predicted)}</td>
            <td className="breaks">
              {cut(
                Object.entries(values)
                  .map(([name, value]) => `${name} ${value}`)
                  .join(', '),
                300,
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollingTable>
  );
}
