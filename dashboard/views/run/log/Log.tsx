import { Button, Group, Stack, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useAddress } from '../../../address/useAddress.js';
import { Failure } from '../../../states/Failure.js';
import { Loading } from '../../../states/Loading.js';
import { later } from '../../../states/later.js';

const LogPanel = later(() => import('./LogPanel.js'), <Loading rows={6} />);

/** The log of a run, which is read where it is asked for: it may have a hundred thousand lines. */
export function Log({ runId, name }: { runId: string; name: string }) {
  const { get, set } = useAddress();
  const isShown = get('log') !== '';
  const download = useMutation({
    mutationFn: async () => {
      const { saveLog, wholeLog } = await import('./logFile.js');
      saveLog(name, await wholeLog(runId));
    },
  });
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
        <Button size="xs" variant="default" onClick={() => download.mutate()} loading={download.isPending}>
          Download the log
        </Button>
      </Group>
      {download.isError && <Failure what="The log cannot be read" error={download.error} />}
      {isShown && <LogPanel runId={runId} name={name} />}
    </Stack>
  );
}
