import { Badge, Stack, Text } from '@mantine/core';
import type { Finding, Suspects, Validation } from '@trainyard/shared/profile/validation';
import { percent } from '@trainyard/shared/page/words';
import { Part } from '../../figures/Part.js';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import { whole } from '../../figures/whole.js';

/** What the specification expects of the data, with what was found, and what nobody asked for and a person should know. */
export function Expectations({ validation }: { validation: Validation }) {
  const { findings, warnings } = validation;
  return (
    <Part id="expectations" title="Expectations" note={summaryOf(findings)}>
      {findings.length > 0 && <FindingTable findings={findings} />}
      {warnings.length > 0 && (
        <Stack gap={4}>
          <Text size="sm" fw={600}>
            Not asked for, and worth knowing
          </Text>
          <ul className="messages">
            {warnings.map((message, i) => (
              <li key={i} className="breaks">
                {message}
              </li>
            ))}
          </ul>
        </Stack>
      )}
      <SuspectLines title="Outliers" suspects={validation.detected_outliers} />
      <SuspectLines title="Labels that are probably wrong" suspects={validation.potential_mislabels} />
    </Part>
  );
}

function summaryOf(findings: readonly Finding[]): string {
  if (findings.length === 0)
    return 'The specification expects nothing of the data: dataset.expectations says what must hold before anything is trained.';
  const count = (outcome: Finding['outcome']) => findings.filter((one) => one.outcome === outcome).length;
  const parts = [
    `${count('met')} of ${findings.length} met`,
    ...(count('violated') > 0 ? [`${count('violated')} violated`] : []),
    ...(count('notChecked') > 0 ? [`${count('notChecked')} not checked`] : []),
  ];
  return `${parts.join(', ')}.`;
}

const ORDER: Readonly<Record<Finding['outcome'], number>> = { violated: 0, notChecked: 1, met: 2 };

function FindingTable({ findings }: { findings: readonly Finding[] }) {
  return (
    <ScrollingTable minWidth={640}>
      <thead>
        <tr>
          <th>Expectation</th>
          <th>Outcome</th>
          <th>What was found</th>
          <th className="tabular">Rows that break it</th>
          <th>Examples</th>
        </tr>
      </thead>
      <tbody>
        {findings
          .toSorted((a, b) => ORDER[a.outcome] - ORDER[b.outcome])
          .map((finding, i) => (
            <tr key={i}>
              <td className="named breaks">
                {finding.expectation.expect}
                <span className="note line">{columnsOf(finding)}</span>
              </td>
              <td>
                <Outcome finding={finding} />
              </td>
              <td className="named breaks">{finding.message}</td>
              <td className="tabular nowrap">{shareOf(finding)}</td>
              <td className="breaks">
                <Examples of={finding} />
              </td>
            </tr>
          ))}
      </tbody>
    </ScrollingTable>
  );
}

function columnsOf({ expectation }: Finding): string {
  if ('column' in expectation) return expectation.column;
  return 'columns' in expectation && expectation.columns ? expectation.columns.join(', ') : '';
}

function Outcome({ finding: { outcome, severity } }: { finding: Finding }) {
  if (outcome === 'violated')
    return (
      <Badge className="whole" color={severity === 'error' ? 'red' : 'yellow'} variant="dot">
        {severity === 'error' ? 'violated' : 'violated, a warning'}
      </Badge>
    );
  return (
    <Badge className="whole" color={outcome === 'met' ? 'green' : 'gray'} variant="dot">
      {outcome === 'met' ? 'met' : 'not checked'}
    </Badge>
  );
}

function shareOf({ count, total }: Pick<Finding, 'count' | 'total'>): string {
  if (count === null || total === null) return '–';
  return count === 0 ? '0' : `${whole(count)} (${percent(count / Math.max(1, total))})`;
}

function Examples({ of: { examples } }: { of: Pick<Finding, 'examples'> }) {
  if (examples.length === 0) return '–';
  return examples.map(({ row, value }, i) => (
    <span key={i} className="line">
      {value === '' ? '(empty)' : value}
      {row !== null && <span className="note"> row {whole(row)}</span>}
    </span>
  ));
}

function SuspectLines({ title, suspects }: { title: string; suspects: readonly Suspects[] }) {
  if (suspects.length === 0) return null;
  return (
    <Text size="sm" className="breaks">
      {title}: {suspects.map((one) => `${one.column} ${shareOf(one)}`).join(', ')}
    </Text>
  );
}
