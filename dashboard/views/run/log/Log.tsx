import { Button, Group, Stack, Title } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useAddress } from '../../../address/useAddress.js';
import { Loading } from '../../../states/Loading.js';

const LogPanel = lazy(() => import('./LogPanel.js'));

/** The log of a run, which is read where it is asked for: it may have a hundred thousand lines. */
export function Log({ runId, name }: { runId: string; name: string }) {
  const { get, set } = useAddress();
  const isShown = get('log') !== '';
  return (
    <Stack gap="xs" component="section" aria-labelledby="log">
      <Group>
        <Title order={2} size="h4" id="log">
          Log
        </Title>
        <Button
          size="xs"
          variant="default"
          aria-expanded={isShown}
          onClick={() => set({ log: isShown ? '' : 'shown' })}
        >
          {isShown ? 'Hide the log' : 'Show the log'}
        </Button>
      </Group>
      {isShown && (
        <Suspense fallback={<Loading rows={6} />}>
          <LogPanel runId={runId} name={name} />
        </Suspense>
      )}
    </Stack>
  );
}
