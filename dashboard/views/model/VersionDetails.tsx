import { Stack, Text, Title } from '@mantine/core';
import type { ModelVersionView } from '@trainyard/shared/http/versions';
import { formatMetric, metricTitle } from '@trainyard/shared/metrics/display';
import { metricSplit } from '@trainyard/shared/metrics/names';
import { Link } from 'wouter';
import { GateTable } from '../../figures/GateTable.js';
import { MethodCells, MethodHeads } from '../../figures/MethodColumns.js';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import { UriTable } from '../../figures/UriTable.js';

const COUNT = new Intl.NumberFormat();

/** All that is kept of a version: its gates, every metric beside the baselines, its data, and where its files are. */
export function VersionDetails({ version }: { version: ModelVersionView }) {
  const { version: number, gates, metrics, baselines, data, artifacts, runId } = version;
  const methods = Object.entries(baselines);
  const isOfTest = ([name]: [string, number]) => metricSplit(name) === 'test';
  // What baselines have as well comes first.
  const rows = Object.entries(metrics).toSorted((a, b) => Number(isOfTest(b)) - Number(isOfTest(a)));
  return (
    <Stack gap="sm" component="section" aria-labelledby="version">
      <Title order={3} size="h5" id="version">
        Version {number}
      </Title>
      {data && (
        <Text size="sm" className="breaks">
          Trained on {COUNT.format(data.rows)} rows of {data.uri}
          {data.snapshot !== null && `, as of ${data.snapshot}`}.
        </Text>
      )}
      <Text size="sm">
        <Link href={`/runs/${runId}`} className="plainLink">
          Its run
        </Link>{' '}
        has the verdict, slices, and the report.
      </Text>
      <GateTable gates={gates} />
      <ScrollingTable minWidth={420} maxHeight={420} stickyHeader>
        <thead>
          <tr>
            <th>Metric</th>
            <th className="tabular">Version {number}</th>
            <MethodHeads methods={methods} />
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <td className="named breaks">{metricTitle(name)}</td>
              <td className="tabular strong">{formatMetric(name, value)}</td>
              <MethodCells methods={methods} name={name} />
            </tr>
          ))}
        </tbody>
      </ScrollingTable>
      <UriTable artifacts={artifacts} />
    </Stack>
  );
}
