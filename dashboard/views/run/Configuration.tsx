import { Button, Code, CopyButton, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { RunView } from '@trainyard/shared/http/bodies';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { reads } from '../../api/reads.js';
import { sizesOf } from '../new/useKnownData.js';
import { later } from '../../states/later.js';

const Towers = later(() => import('../../figures/Towers.js'), <Skeleton height={200} />);

/** What was trained: the towers as a picture, and the specification with every default filled in. */
export function Configuration({ run }: { run: RunView }) {
  const [isShown, setShown] = useState(false);
  const [shownRun, setShownRun] = useState(false);
  const isDone = run.status === 'completed';
  const manifest = useQuery({ ...reads.manifest(run.runId), enabled: isDone });
  const hasProfile = manifest.data?.files.some(({ path }) => path === 'data/profile.json') === true;
  const profile = useQuery({ ...reads.profile(run.runId), enabled: hasProfile });
  const text = JSON.stringify(run.spec, undefined, 2);
  return (
    <Stack gap="xs" component="section" aria-labelledby="configuration">
      <Group>
        <Title order={2} size="h4" id="configuration">
          Specification
        </Title>
        <Button size="xs" variant="default" aria-expanded={isShown} onClick={() => setShown(!isShown)}>
          {isShown ? 'Hide the JSON' : 'Show the JSON'}
        </Button>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button size="xs" variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy JSON'}
            </Button>
          )}
        </CopyButton>
        <Button size="xs" variant="default" aria-expanded={shownRun} onClick={() => setShownRun(!shownRun)}>
          {shownRun ? 'Hide the whole run' : 'Show the whole run as JSON'}
        </Button>
      </Group>
      <Towers model={run.spec.model} features={run.spec.features} sizeOf={sizesOf(profile.data)} />

      {profile.data && (
        <Text size="xs" c="dimmed">
          By the values of all rows: tables have those of the training rows alone, and may be smaller.
        </Text>
      )}
      {isShown && (
        <Code block className="code" tabIndex={0} aria-label="The specification as JSON">
          {text}
        </Code>
      )}
      {shownRun && (
        <Code block className="code" tabIndex={0} aria-label="The run as JSON">
          {JSON.stringify(run, undefined, 2)}
        </Code>
      )}
    </Stack>
  );
}
