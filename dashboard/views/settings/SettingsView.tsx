import { Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { reads } from '../../api/reads.js';
import { Spending } from '../../figures/Spending.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';
import { ModelSettings } from './ModelSettings.js';
import { Presets } from './Presets.js';

/** What is kept beside runs: presets, what models may do and cost, and who is looking. */
export default function SettingsView() {
  return (
    <Stack gap="lg">
      <Title order={1} size="h2">
        Settings
      </Title>
      <WhoAmI />
      <Presets />
      <ModelSettings />
      <Spending />
    </Stack>
  );
}

const ROLE_WORDS = {
  viewer: 'You may look at what your teams have.',
  trainer: 'You may look at what your teams have, start and change trainings, and promote versions.',
  admin: 'You may do everything, in every team.',
} as const;

function WhoAmI() {
  const me = useQuery(reads.me);
  return (
    <Stack gap="xs" component="section" aria-labelledby="me">
      <Title order={2} size="h4" id="me">
        Who am I
      </Title>
      {me.isPending && <Loading rows={2} />}
      {me.isError && <Failure what="This cannot be read" error={me.error} retry={() => void me.refetch()} />}
      {me.data && (
        <>
          <Text className="breaks">
            {me.data.id}, {me.data.role}
            {me.data.teams.length > 0 && `, in ${me.data.teams.join(', ')}`}
          </Text>
          <Text size="sm" c="dimmed">
            {ROLE_WORDS[me.data.role]}
          </Text>
        </>
      )}
    </Stack>
  );
}
