import { List } from '@mantine/core';
import type { EvaluationReport } from '@trainyard/shared/evaluation/report';
import { Part } from '../../../figures/Part.js';

/** What was not measured, why, and what changes that. */
export function LeftOut({ report: { leftOut } }: { report: EvaluationReport }) {
  if (leftOut.length === 0) return null;
  return (
    <Part id="leftOut" title="What was not measured">
      <List size="sm" className="breaks">
        {leftOut.map(({ what, why, remedy }) => (
          <List.Item key={what}>
            {what}: {why}
            {remedy !== null && ` – ${remedy}`}
          </List.Item>
        ))}
      </List>
    </Part>
  );
}
