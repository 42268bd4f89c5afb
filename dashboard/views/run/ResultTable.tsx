import { Alert, Group, List, Stack, Text, Title } from '@mantine/core';
import { GateTable } from '../../figures/GateTable.js';
import { MethodCells, MethodHeads } from '../../figures/MethodColumns.js';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import type { RunView } from '@trainyard/shared/http/bodies';
import { resultVerdict } from '@trainyard/shared/evaluation/resultVerdict';
import { formatMetric, metricTitle } from '@trainyard/shared/metrics/display';
import { isLowerBetter } from '@trainyard/shared/metrics/direction';
import { resultMetrics } from '@trainyard/shared/metrics/columns';
import type { RunResult } from '@trainyard/shared/runs/reported';
import { Link } from 'wouter';

const DECISIONS = {
  ship: { color: 'green', title: 'Ship it' },
  hold: { color: 'red', title: 'Hold it' },
  unsure: { color: 'yellow', title: 'Not sure' },
} as const;

/** What a model is worth: the verdict in words, its metrics beside those of the baselines, and its gates. */
export function ResultTable({ run, result }: { run: RunView; result: RunResult }) {
  const { metrics, baselines, earlyStoppedAtEpoch, bestEpoch, epochsTrained } = result;
  const verdict = resultVerdict(run, result);
  const names = resultMetrics(Object.keys(metrics));
  const methods = Object.entries(baselines);
  return (
    <Stack gap="xs" component="section" aria-labelledby="result">
      <Title order={2} size="h4" id="result">
        Result
      </Title>
      <Alert color={DECISIONS[verdict.decision].color} title={DECISIONS[verdict.decision].title}>
        <Text>{verdict.sentence}</Text>
        {verdict.reasons.length > 0 && (
          <List size="sm" mt="xs">
            {verdict.reasons.map((reason) => (
              <List.Item key={reason}>{reason}</List.Item>
            ))}
          </List>
        )}
      </Alert>
      <Text size="sm" c="dimmed">
        The weights of epoch {bestEpoch} of {epochsTrained}
        {earlyStoppedAtEpoch === null
          ? '.'
          : `; the training stopped early after epoch ${earlyStoppedAtEpoch}.`}
      </Text>
      <Group gap="lg">
        {run.quickRunId !== null && (
          <Link
            href={`/compare?runs=${run.runId},${run.quickRunId}&baseline=${run.quickRunId}`}
            className="plainLink"
          >
            Beside its quick test
          </Link>
        )}
        <Link href={`/models/${encodeURIComponent(run.modelId)}`} className="plainLink">
          Promote it on the page of its model
        </Link>
      </Group>
      <ScrollingTable minWidth={420}>
        <thead>
          <tr>
            <th>On the test split</th>
            <th className="tabular">Model</th>
            <MethodHeads methods={methods} />
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name}>
              <td>
                {metricTitle(name, 'test')}
                <Text span size="xs" c="dimmed">
                  {isLowerBetter(name) ? ' less is better' : ''}
                </Text>
              </td>
              <td className="tabular strong">{formatMetric(name, metrics[name])}</td>
              <MethodCells methods={methods} name={name} />
            </tr>
          ))}
        </tbody>
      </ScrollingTable>
      {run.gates.length > 0 && <GateTable gates={run.gates} />}
    </Stack>
  );
}
