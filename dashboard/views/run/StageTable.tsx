import { Badge, Stack, Text, Title } from '@mantine/core';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import type { RunView } from '@trainyard/shared/http/bodies';
import type { Stage } from '@trainyard/shared/runs/records';
import { isTerminal, STAGES } from '@trainyard/shared/runs/status';
import { countTitle } from '@trainyard/shared/page/countTitle';
import { duration } from '../../figures/times.js';

const COUNT = new Intl.NumberFormat();

/** The stages of a run: what each took and counted, and which came from the cache. */
export function StageTable({
  run,
  stages,
  isReady,
}: {
  run: RunView;
  stages: readonly Stage[];
  isReady: boolean;
}) {
  const done = new Map(stages.map((stage) => [stage.stage, stage]));
  return (
    <Stack gap="xs" component="section" aria-labelledby="stages">
      <Title order={2} size="h4" id="stages">
        Stages
      </Title>
      <ScrollingTable minWidth={480}>
        <thead>
          <tr>
            <th>Stage</th>
            <th className="tabular">Duration</th>
            <th>What it counted</th>
          </tr>
        </thead>
        <tbody>
          {STAGES.map((name) => (
            <tr key={name} aria-busy={!isReady}>
              <td>{name}</td>
              <td className="tabular nowrap">{durationOf(run, name, done.get(name))}</td>
              <td>
                <Told stage={done.get(name)} />
              </td>
            </tr>
          ))}
        </tbody>
      </ScrollingTable>
    </Stack>
  );
}

function durationOf(run: RunView, name: Stage['stage'], stage: Stage | undefined): string {
  const isCurrent = run.currentStage === name && !isTerminal(run.status);
  if (isCurrent) return run.progress ? `${Math.round(100 * run.progress.fraction)} %` : 'begins';
  return stage ? duration(stage.seconds) : '–';
}

function Told({ stage }: { stage: Stage | undefined }) {
  if (!stage) return null;
  const counts = Object.entries(stage.counts).map(
    ([name, value]) => `${countTitle(name)} ${COUNT.format(value)}`,
  );
  return (
    <Text size="sm" className="breaks">
      {counts.join(' · ')}{' '}
      {stage.cacheHit && (
        <Badge size="xs" variant="default">
          from the cache
        </Badge>
      )}
    </Text>
  );
}
