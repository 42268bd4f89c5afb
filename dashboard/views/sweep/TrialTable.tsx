import { Stack, Text, Title } from '@mantine/core';
import { formatMetric, metricTitle } from '@trainyard/shared/metrics/display';
import { shortKeys, variedKeys } from '@trainyard/shared/sweeps/shownKeys';
import { shortValueText } from '@trainyard/shared/sweeps/shortValueText';
import type { QueuedTrialView, SweepView, TrialView } from '@trainyard/shared/sweeps/view';
import { Link } from 'wouter';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import { duration } from '../../figures/times.js';
import { Loading } from '../../states/Loading.js';

interface Props {
  sweep: SweepView;
  trials: readonly TrialView[];
  /** What somebody has added, and nobody has started. */
  waiting: readonly QueuedTrialView[];
  isReady: boolean;
}

/** Every trial: what it tried, in the order of the space and without what is the same in all, where it is, and what it came to. */
export function TrialTable({ sweep: { objective, best, space }, trials, waiting, isReady }: Props) {
  const keys = variedKeys(space, [...trials, ...waiting]);
  const names = shortKeys(keys);
  return (
    <Stack gap="xs" component="section" aria-labelledby="trials">
      <Title order={2} size="h4" id="trials">
        Trials
      </Title>
      {!isReady ? (
        <Loading />
      ) : trials.length + waiting.length === 0 ? (
        <Text c="dimmed">No trial has begun yet.</Text>
      ) : (
        <ScrollingTable minWidth={420 + 140 * keys.length} maxHeight={640} stickyHeader>
          <thead>
            <tr>
              <th>Trial</th>
              <th>State</th>
              <th className="tabular">{metricTitle(objective.metric)}</th>
              <th className="tabular">Epochs</th>
              <th className="tabular">Duration</th>
              {keys.map((key, i) => (
                <th key={key} className="tabular breaks" title={key}>
                  {names[i]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {trials.map((trial) => (
              <tr key={trial.number}>
                <td>
                  {trial.runId === null ? (
                    trial.number
                  ) : (
                    <Link href={`/runs/${trial.runId}`} className="plainLink">
                      {trial.number}
                    </Link>
                  )}
                  {trial.number === best?.number && <span className="note"> best</span>}
                </td>
                <td>
                  <span className="nowrap">{trial.state}</span>
                  {trial.error && <span className="note line breaks">{trial.error.message}</span>}
                </td>
                <td className="tabular">
                  {formatMetric(objective.metric, trial.value ?? trial.curve.at(-1)?.value)}
                </td>
                <td className="tabular">{trial.curve.length}</td>
                <td className="tabular nowrap">{trial.seconds === null ? '–' : duration(trial.seconds)}</td>
                <ParameterCells keys={keys} parameters={trial.parameters} />
              </tr>
            ))}
            {waiting.map(({ number, parameters }) => (
              <tr key={`waiting ${number}`}>
                <td>{number}</td>
                <td className="nowrap">waits, added by hand</td>
                <td />
                <td />
                <td />
                <ParameterCells keys={keys} parameters={parameters} />
              </tr>
            ))}
          </tbody>
        </ScrollingTable>
      )}
    </Stack>
  );
}

function ParameterCells({ keys, parameters }: { keys: readonly string[] } & Pick<TrialView, 'parameters'>) {
  return keys.map((key) => (
    <td key={key} className="tabular breaks" title={JSON.stringify(parameters[key])}>
      {shortValueText(parameters[key])}
    </td>
  ));
}
