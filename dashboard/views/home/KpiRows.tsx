import { Card, Group, Stack, Text, Title, UnstyledButton } from '@mantine/core';
import { formatMetric, metricTitle } from '@trainyard/shared/metrics/display';
import type { BestExperiments } from '@trainyard/shared/http/experiments';

export type TypeFigures = BestExperiments['modelTypes'][number];

interface Props {
  types: readonly TypeFigures[];
  chosen: TypeFigures['modelType'] | undefined;
  onChoose: (type: TypeFigures['modelType']) => void;
}

/** A row of figures for each type of model; a click chooses the type. */
export function KpiRows({ types, chosen, onChoose }: Props) {
  return (
    <Stack gap="xs" component="section" aria-labelledby="kpis">
      <Title order={2} size="h4" id="kpis">
        Best of each type of model
      </Title>
      {types.map(({ modelType, count, kpis }) => (
        <UnstyledButton
          key={modelType}
          className="kpi"
          aria-pressed={modelType === chosen}
          onClick={() => onChoose(modelType)}
        >
          <Card withBorder padding="sm">
            <Group justify="space-between" mb={4}>
              <Text fw={600}>{modelType}</Text>
              <Text size="sm" c="dimmed">
                {count === 1 ? '1 completed run' : `${count} completed runs`}
              </Text>
            </Group>
            <div className="figures">
              {kpis.map(({ metric, best }) => (
                <div key={metric}>
                  <Text size="xs" c="dimmed">
                    {metricTitle(metric)}
                  </Text>
                  <Text fw={600} className="tabular" ta="left">
                    {formatMetric(metric, best ?? undefined)}
                  </Text>
                </div>
              ))}
            </div>
          </Card>
        </UnstyledButton>
      ))}
    </Stack>
  );
}
