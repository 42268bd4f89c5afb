import { Card, Group, List, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import type { Estimate } from '@trainyard/shared/http/estimate';
import { Link } from 'wouter';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import { duration, rangeIn } from '../../figures/times.js';
import { usd } from '../../figures/usd.js';

interface Props {
  estimate: Estimate | undefined;
  isCurrent: boolean;
  rows: string;
  onRows: (rows: string) => void;
}

/** What the run would take, as the server estimates it from what stands in the form. */
export function EstimatePanel({ estimate, isCurrent, rows, onRows }: Props) {
  return (
    <Card withBorder padding="md" component="section" aria-labelledby="estimate">
      <Stack gap="xs">
        <Title order={2} size="h4" id="estimate">
          Estimate
        </Title>
        {estimate ? (
          <Stack gap="xs" aria-busy={!isCurrent}>
            <Group gap="lg" role="status" aria-label="Estimate">
              <Figure title="Time" text={rangeIn(estimate.seconds, duration)} />
              <Figure title="Cost" text={rangeIn(estimate.usd, usd)} />
              <Figure title="On" text={estimate.tier} />
            </Group>
            <TierTable estimate={estimate} />
            <Notes estimate={estimate} />
          </Stack>
        ) : isCurrent ? (
          <Text c="dimmed" size="sm">
            There is an estimate when the specification has no mistakes.
          </Text>
        ) : (
          <Skeleton height={88} />
        )}
        <TextInput
          label="Rows of the data"
          description="For the estimate alone; those of the newest completed run of the model unless given."
          inputMode="numeric"
          value={rows}
          onChange={({ currentTarget }) => onRows(currentTarget.value)}
        />
      </Stack>
    </Card>
  );
}

function Figure({ title, text }: { title: string; text: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {title}
      </Text>
      <Text fw={600}>{text}</Text>
    </div>
  );
}

function TierTable({ estimate: { tiers, recommendedTier } }: { estimate: Estimate }) {
  return (
    <ScrollingTable minWidth={360}>
      <thead>
        <tr>
          <th>Tier</th>
          <th className="tabular">An hour</th>
          <th className="tabular">Time</th>
          <th className="tabular">Cost</th>
        </tr>
      </thead>
      <tbody>
        {tiers.map(({ tier, usdPerHour, seconds, usd: cost, tooSmall }) => (
          <tr key={tier}>
            <td>
              {tier}
              {tier === recommendedTier && tiers.length > 1 && (
                <Text size="xs" c="dimmed">
                  the cheapest that is large enough
                </Text>
              )}
              {tooSmall !== null && (
                <Text size="xs" className="mistake breaks">
                  left out: {tooSmall}
                </Text>
              )}
            </td>
            <td className="tabular">{usdPerHour === null ? '–' : usd(usdPerHour)}</td>
            <td className="tabular">{rangeIn(seconds, duration)}</td>
            <td className="tabular">{rangeIn(cost, usd)}</td>
          </tr>
        ))}
      </tbody>
    </ScrollingTable>
  );
}

function Notes({ estimate: { basis, notes } }: { estimate: Estimate }) {
  return (
    <List size="xs" c="dimmed">
      {basis && (
        <List.Item>
          by{' '}
          <Link href={`/runs/${basis.runId}`} className="plainLink">
            {basis.name}
          </Link>
        </List.Item>
      )}
      {notes.map((note) => (
        <List.Item key={note} className="breaks">
          {note}
        </List.Item>
      ))}
    </List>
  );
}
