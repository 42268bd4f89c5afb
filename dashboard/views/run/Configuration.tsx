import { Button, Code, CopyButton, Group, Skeleton, Stack, Title } from '@mantine/core';
import type { RunView } from '@trainyard/shared/http/bodies';
import { lazy, Suspense, useState } from 'react';

const Towers = lazy(() => import('../../figures/Towers.js'));

/** What was trained: the towers as a picture, and the specification with every default filled in. */
export function Configuration({ run }: { run: RunView }) {
  const [isShown, setShown] = useState(false);
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
      </Group>
      <Suspense fallback={<Skeleton height={200} />}>
        <Towers model={run.spec.model} features={run.spec.features} />
      </Suspense>
      {isShown && (
        <Code block className="code" tabIndex={0} aria-label="The specification as JSON">
          {text}
        </Code>
      )}
    </Stack>
  );
}
