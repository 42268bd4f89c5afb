import { Stack, Text, Title } from '@mantine/core';
import { formatMetric, metricTitle } from '@trainyard/shared/metrics/display';
import { finalsInOrder, overridesText, rowsText, sampledShare } from '@trainyard/shared/sweeps/finals';
import { shortValueText } from '@trainyard/shared/sweeps/shortValueText';
import type { FinalRun, SweepView, TrialView } from '@trainyard/shared/sweeps/view';
import { Link } from 'wouter';

interface Props {
  sweep: SweepView;
  trials: readonly TrialView[];
}

/** The best trial, and what trials were retrained as. */
export function Best({ sweep, trials }: Props) {
  const { best, objective } = sweep;
  return (
    <Stack gap="xs" component="section" aria-labelledby="best">
      <Title order={2} size="h4" id="best">
        Best so far
      </Title>
      {best ? (
        <Text className="breaks">
          <Link href={`/runs/${best.runId}`} className="plainLink">
            trial {best.number}
          </Link>{' '}
          with {metricTitle(objective.metric)} {formatMetric(objective.metric, best.value)}:{' '}
          {Object.entries(best.parameters)
            .map(([key, value]) => `${key} ${shortValueText(value)}`)
            .join(', ')}
        </Text>
      ) : (
        <Text c="dimmed">No trial is completed yet.</Text>
      )}
      {finalsInOrder(sweep).map((final) => (
        <Final key={final.runId} final={final} sweep={sweep} trials={trials} />
      ))}
    </Stack>
  );
}

/** A trial may be retrained with other overrides each time: what these are tells its runs apart. */
function Final({ final, sweep: { spec, best }, trials }: Props & { final: FinalRun }) {
  const { runId, trial, overrides } = final;
  const own = trials.find(({ number }) => number === trial)?.parameters ?? {};
  const changed = overridesText(final);
  return (
    <Text size="sm" className="breaks">
      <Link href={`/runs/${runId}`} className="plainLink">
        Trial {trial}
        {trial === best?.number && ', the best,'} retrained on {rowsText(sampledShare(spec, own, overrides))}
      </Link>
      {changed !== '' && ` with ${changed}`} <span className="note">run {runId}</span>
    </Text>
  );
}
