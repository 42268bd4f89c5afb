import { Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { reads } from '../api/reads.js';
import { Failure } from '../states/Failure.js';
import { Loading } from '../states/Loading.js';
import { Bar } from './Bar.js';
import { ScrollingTable } from './ScrollingTable.js';
import { usd } from './usd.js';

/** What the month has cost, beside what it may. */
export function Spending() {
  const spending = useQuery(reads.spending);
  if (spending.isPending) return <Loading rows={3} />;
  if (spending.isError)
    return (
      <Failure
        what="What was spent cannot be read"
        error={spending.error}
        retry={() => void spending.refetch()}
      />
    );
  const { month, usd: spent, budgetUsd, models, uncountedTiers, whenSpent } = spending.data;
  const isLimited = budgetUsd !== null || models.some((model) => model.budgetUsd !== null);
  const rows = [{ modelId: '', name: 'All models', usd: spent, budgetUsd }, ...models];
  return (
    <Stack gap="xs" component="section" aria-labelledby="spending">
      <Title order={2} size="h4" id="spending">
        Spent in {month}
      </Title>
      <ScrollingTable minWidth={420}>
        <thead>
          <tr>
            <th>Model</th>
            <th className="tabular">Spent</th>
            <th className="tabular">Budget</th>
            <th>Share</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.modelId}>
              <td className="breaks">{row.name}</td>
              <td className="tabular">{usd(row.usd)}</td>
              <td className="tabular">{row.budgetUsd === null ? 'none' : usd(row.budgetUsd)}</td>
              <td>
                {row.budgetUsd !== null && (
                  <>
                    <Bar share={shareOf(row.usd, row.budgetUsd)} />
                    <span className="note">{Math.round(100 * shareOf(row.usd, row.budgetUsd))} %</span>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </ScrollingTable>
      <Text size="sm" c="dimmed">
        The month is that of UTC.
        {isLimited &&
          ` When a budget is spent no run is started, and open ones ${whenSpent === 'stop' ? 'are stopped' : 'go on to their end'}.`}
        {uncountedTiers.length > 0 &&
          ` What runs on ${uncountedTiers.join(', ')} has no price and counts as ${usd(0)}.`}
      </Text>
    </Stack>
  );
}

/** A budget of nothing is spent from the beginning. */
function shareOf(spent: number, budget: number): number {
  return budget === 0 ? 1 : spent / budget;
}
