import { Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ModelView } from '@trainyard/shared/http/bodies';
import { reads } from '../../api/reads.js';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import { duration } from '../../figures/times.js';
import { usd } from '../../figures/usd.js';
import { useMayI } from '../../signIn/useMayI.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';
import { ChangeModel } from './ChangeModel.js';

/** Who sees each model, when it is retrained, and what it may cost in a month. */
export function ModelSettings() {
  const models = useQuery(reads.models);
  const mayChange = useMayI()('admin');
  return (
    <Stack gap="xs" component="section" aria-labelledby="models">
      <Title order={2} size="h4" id="models">
        Models
      </Title>
      {models.isPending && <Loading rows={3} />}
      {models.isError && (
        <Failure what="The models cannot be read" error={models.error} retry={() => void models.refetch()} />
      )}
      {models.data?.models.length === 0 && (
        <Text c="dimmed">There is no model yet: the first training makes one.</Text>
      )}
      {models.data && models.data.models.length > 0 && (
        <ScrollingTable minWidth={720} maxHeight={480} stickyHeader>
          <thead>
            <tr>
              <th>Model</th>
              <th>Teams</th>
              <th>Retraining</th>
              <th className="tabular">Monthly budget</th>
              {mayChange && <th>Settings</th>}
            </tr>
          </thead>
          <tbody>
            {models.data.models.map((model) => (
              <tr key={model.modelId}>
                <td className="named breaks">
                  {model.name}
                  {model.name !== model.modelId && <span className="note line">{model.modelId}</span>}
                </td>
                <td className="breaks">{model.teams.join(', ')}</td>
                <td>{policyText(model.retrain)}</td>
                <td className="tabular">
                  {model.monthlyBudgetUsd === null ? 'none' : usd(model.monthlyBudgetUsd)}
                </td>
                {mayChange && (
                  <td>
                    <ChangeModel model={model} />
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </ScrollingTable>
      )}
      {models.data && models.data.nextCursor !== null && (
        <Text size="sm" c="dimmed">
          The first {models.data.models.length} models are shown: GET /api/models lists all.
        </Text>
      )}
      <Text size="sm" c="dimmed">
        The team * is everybody. A message that tells of new data starts a run where its policy allows it.
      </Text>
    </Stack>
  );
}

function policyText({ minIntervalSeconds, minNewRows, skipWhileRunning }: ModelView['retrain']): string {
  const limits = [
    ...(minIntervalSeconds > 0 ? [`at most every ${duration(minIntervalSeconds)}`] : []),
    ...(minNewRows > 0 ? [`after ${minNewRows.toLocaleString()} new rows`] : []),
    ...(skipWhileRunning ? ['not while a run is under way'] : []),
  ];
  return limits.length === 0 ? 'at every message' : limits.join(', ');
}
