import type { EvaluationReport } from '@trainyard/shared/evaluation/report';
import { cut, percent } from '@trainyard/shared/page/words';
import { whole } from '@trainyard/shared/whole';
import { Pairs } from '../../../figures/Pairs.js';
import { ScrollingTable } from '../../../figures/ScrollingTable.js';
import { Part } from '../../../figures/Part.js';

type Moved = NonNullable<EvaluationReport['changes']>['entering'];

/** What users would see change if the model served instead of the version that does. */
export function Changes({ report: { changes, modelType } }: { report: EvaluationReport }) {
  const title = 'What a release would change';
  if (!changes)
    return modelType === 'ranking' ? null : (
      <Part
        id="changes"
        title={title}
        note="No version of the model served when the run was requested, so that a release replaces nothing that it was compared with."
      />
    );
  const { production, users, k, overlap, rankBiasedOverlap, unchangedLists, missingItems } = changes;
  return (
    <Part
      id="changes"
      title={title}
      note={`The lists of ${whole(users)} users by ${production.version === null ? 'the version' : `version ${production.version}`}, which served when the run was requested, beside those of this model: ${k} items each.`}
    >
      <Pairs
        of={[
          ['in common, on the average', percent(overlap)],
          ['rank-biased overlap', percent(rankBiasedOverlap)],
          ['users whose list stays', percent(unchangedLists)],
          ['items that the version lacks', whole(missingItems)],
        ]}
      />
      <div className="charts">
        <MovedItems title="Enter most lists" items={changes.entering} />
        <MovedItems title="Leave most lists" items={changes.leaving} />
      </div>
    </Part>
  );
}

function MovedItems({ title, items }: { title: string; items: Moved }) {
  if (items.length === 0) return null;
  return (
    <ScrollingTable minWidth={280} maxHeight={320} stickyHeader>
      <thead>
        <tr>
          <th>{title}</th>
          <th className="tabular">Lists before</th>
          <th className="tabular">After</th>
        </tr>
      </thead>
      <tbody>
        {items.map(({ item, label, before, after }) => (
          <tr key={item}>
            <td className="breaks">
              {cut(label ?? item)}
              {label !== null && <span className="note"> {cut(item, 40)}</span>}
            </td>
            <td className="tabular">{whole(before)}</td>
            <td className="tabular">{whole(after)}</td>
          </tr>
        ))}
      </tbody>
    </ScrollingTable>
  );
}
