import { Stack, Title } from '@mantine/core';
import type { RunComparison } from '@trainyard/shared/comparison/runComparison';
import { RunLink } from '../../figures/RunLink.js';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import { StatusBadge } from '../../figures/StatusBadge.js';
import { dateTime, duration } from '../../figures/times.js';
import { usd } from '../../figures/usd.js';

/** Which runs they are, what they took, and what they are for. */
export function ComparedRuns({ comparison: { runs } }: { comparison: RunComparison }) {
  return (
    <Stack gap="xs" component="section" aria-labelledby="compared">
      <Title order={2} size="h4" id="compared">
        Runs
      </Title>
      <ScrollingTable minWidth={640} maxHeight={320} stickyHeader>
        <thead>
          <tr>
            <th>Run</th>
            <th>Status</th>
            <th>Type</th>
            <th>Requested</th>
            <th className="tabular">Duration</th>
            <th className="tabular">Cost</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.runId}>
              <td className="named">
                <RunLink run={run} />
              </td>
              <td>
                <StatusBadge status={run.status} />
              </td>
              <td>{run.modelType}</td>
              <td className="nowrap">{dateTime(run.createdAt)}</td>
              <td className="tabular nowrap">{run.seconds === null ? '–' : duration(run.seconds)}</td>
              <td className="tabular">{run.usd === null ? '–' : usd(run.usd)}</td>
            </tr>
          ))}
        </tbody>
      </ScrollingTable>
    </Stack>
  );
}
