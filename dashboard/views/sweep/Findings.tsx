import { Stack, Text, Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { metricTitle } from '@trainyard/shared/metrics/display';
import { isImportanceTold } from '@trainyard/shared/sweeps/isImportanceTold';
import type { SweepFindings } from '@trainyard/shared/sweeps/findings';
import type { SweepView } from '@trainyard/shared/sweeps/view';
import { reads } from '../../api/reads.js';
import { Bar } from '../../figures/Bar.js';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';
import { BestSoFar } from './BestSoFar.js';
import { Slices } from './Slices.js';

/** What the trials tell of the parameters, read again when more of them have a result. */
export function Findings({ sweep }: { sweep: SweepView }) {
  const results = sweep.trials.completed + sweep.trials.pruned;
  const findings = useQuery({
    ...reads.sweepFindings(sweep.sweepId, results),
    enabled: results > 0,
    placeholderData: keepPreviousData,
  });
  if (results === 0) return null;
  if (findings.isPending) return <Loading rows={6} />;
  if (findings.isError)
    return (
      <Failure
        what="What the sweep has found cannot be read"
        error={findings.error}
        retry={() => void findings.refetch()}
      />
    );
  const { importance, doubt, convergence, slices } = findings.data;
  const { objective } = sweep;
  return (
    <>
      <BestSoFar objective={objective} convergence={convergence} />
      <Importance objective={objective} importance={importance} doubt={doubt} />
      <Slices objective={objective} keys={importance.map(({ key }) => key)} slices={slices} />
    </>
  );
}

type ImportanceProps = Pick<SweepView, 'objective'> & Pick<SweepFindings, 'importance' | 'doubt'>;

function Importance({ objective: { metric, direction }, importance, doubt }: ImportanceProps) {
  const isTold = isImportanceTold(importance);
  return (
    <Stack gap="xs" component="section" aria-labelledby="importance">
      <Title order={2} size="h4" id="importance">
        What mattered
      </Title>
      {importance.length === 0 && <Text c="dimmed">Nothing was varied, so nothing can have mattered.</Text>}
      {importance.length > 0 && !isTold && (
        <Text c="dimmed">
          No trial with a result was better than another, so nothing can be said of what mattered.
        </Text>
      )}
      {isTold && (
        <>
          <Text size="sm" c="dimmed">
            The share of each parameter in what a forest of 100 trees explains of {metricTitle(metric)}
            {doubt !== '' && `, ${doubt}`}. Spearman’s rank correlation is with {metricTitle(metric)}, of
            which{' '}
            {direction === 'minimize'
              ? 'less is better: below 0, greater values of the parameter went with better trials.'
              : 'more is better: above 0, greater values of the parameter went with better trials.'}
          </Text>
          <ScrollingTable minWidth={560}>
            <thead>
              <tr>
                <th>Parameter</th>
                <th>Share</th>
                <th className="tabular">Importance</th>
                <th className="tabular">Rank correlation</th>
                <th className="tabular">Trials with it</th>
              </tr>
            </thead>
            <tbody>
              {importance.map(({ key, importance: share, spearman, trials }) => (
                <tr key={key}>
                  <td className="breaks">{key}</td>
                  <td>
                    <Bar share={share ?? 0} />
                  </td>
                  <td className="tabular nowrap">
                    {share === null ? '–' : `${Number((100 * share).toPrecision(3))} %`}
                  </td>
                  <td className="tabular">{spearman === null ? '–' : spearman.toFixed(2)}</td>
                  <td className="tabular">{trials}</td>
                </tr>
              ))}
            </tbody>
          </ScrollingTable>
        </>
      )}
    </Stack>
  );
}
