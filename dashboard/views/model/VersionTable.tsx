import { Button, Group, Text } from '@mantine/core';
import type { ModelView } from '@trainyard/shared/http/bodies';
import type { ModelVersionView } from '@trainyard/shared/http/versions';
import { resultMetrics } from '@trainyard/shared/metrics/columns';
import { formatMetric, metricTitle } from '@trainyard/shared/metrics/display';
import { blockingGates } from '@trainyard/shared/runs/gates';
import { ModelStageBadge } from '../../figures/ModelStageBadge.js';
import { RunLink } from '../../figures/RunLink.js';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import { dateTime } from '../../figures/times.js';
import { Offered } from '../../signIn/Offered.js';
import { PromoteButton } from './PromoteButton.js';

interface Props {
  model: ModelView;
  versions: readonly ModelVersionView[];
  chosen: number | undefined;
  onChoose: (version: number | undefined) => void;
}

/** More would not fit beside each other. */
const MOST_METRICS = 3;

/** The versions, newest first, with what they reached and where they are. */
export function VersionTable({ model, versions, chosen, onChoose }: Props) {
  const names = new Set(versions.flatMap(({ metrics }) => resultMetrics(Object.keys(metrics))));
  const shown = [...names].slice(0, MOST_METRICS);
  return (
    <ScrollingTable minWidth={760} highlightOnHover>
      <thead>
        <tr>
          <th className="tabular">Version</th>
          <th>Stage</th>
          <th>What to do</th>
          <th>Run</th>
          <th>Registered</th>
          {shown.map((name) => (
            <th key={name} className="tabular">
              {metricTitle(name)}
            </th>
          ))}
          <th>Gates</th>
        </tr>
      </thead>
      <tbody>
        {versions.map((version) => (
          <tr key={version.version} {...(version.version === chosen && { 'aria-current': 'true' })}>
            <td className="tabular strong">{version.version}</td>
            <td>
              <ModelStageBadge stage={version.stage} />
            </td>
            <td>
              <Group gap="xs" wrap="nowrap">
                <Button
                  size="xs"
                  variant="default"
                  aria-expanded={version.version === chosen}
                  aria-label={`Details of version ${version.version}`}
                  onClick={() => onChoose(version.version === chosen ? undefined : version.version)}
                >
                  Details
                </Button>
                {model.production !== version.version && (
                  <Offered to="trainer">
                    <PromoteButton model={model} version={version} />
                  </Offered>
                )}
              </Group>
            </td>
            <td>
              <RunLink run={runOf(version)} />
            </td>
            <td className="nowrap">{dateTime(version.createdAt)}</td>
            {shown.map((name) => (
              <td key={name} className="tabular">
                {formatMetric(name, version.metrics[name])}
              </td>
            ))}
            <td>
              <Gates version={version} />
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollingTable>
  );
}

function runOf({ modelId, runId, runNumber }: ModelVersionView) {
  const name = `${modelId}#${runNumber}`;
  return { runId, name, title: name };
}

function Gates({ version: { gates } }: { version: ModelVersionView }) {
  if (gates.length === 0)
    return (
      <Text size="sm" c="dimmed">
        none
      </Text>
    );
  const passed = gates.filter((gate) => gate.passed).length;
  return (
    <Text size="sm" className="nowrap">
      {passed} of {gates.length} passed
      {blockingGates(gates).length > 0 && <span className="mistake line">keep it from promotion</span>}
    </Text>
  );
}
