import { Anchor, Code, CopyButton, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { RunView } from '@trainyard/shared/http/bodies';
import { size } from '@trainyard/shared/page/words';
import { useState } from 'react';
import { Link } from 'wouter';
import { artifactAddress, reads } from '../../api/reads.js';
import { FileLink } from '../../figures/FileLink.js';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import { UriTable } from '../../figures/UriTable.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';

/** Pages of a model's folder that people read, with what they are called. */
const PAGES: readonly (readonly [path: string, title: string])[] = [
  ['report.html', 'Report'],
  ['MODEL_CARD.md', 'Model card'],
  ['data/profile.html', 'Profile of the data'],
];

/** What a completed run has left behind: the pages to read, every file, and how it is taken away. */
export function Artifacts({ run }: { run: RunView }) {
  const [isShown, setShown] = useState(false);
  const manifest = useQuery(reads.manifest(run.runId));
  const command = `trainyard export ${run.name} --to .`;
  const files = manifest.data?.files ?? [];
  const pages = PAGES.filter(([path]) => files.some((file) => file.path === path));
  return (
    <Stack gap="xs" component="section" aria-labelledby="artifacts">
      <Title order={2} size="h4" id="artifacts">
        Artifacts
      </Title>
      {manifest.isPending && <Loading rows={2} />}
      {manifest.error && (
        <Failure
          what="The list of its files cannot be read"
          error={manifest.error}
          retry={() => void manifest.refetch()}
        />
      )}
      {manifest.data && (
        <>
          <Group gap="lg">
            {run.data && (
              <Anchor component={Link} href={`/data?run=${run.runId}`} size="sm">
                Its data
              </Anchor>
            )}
            {pages.map(([path, title]) => (
              <FileLink
                key={path}
                address={artifactAddress(run.runId, path)}
                name={`${run.name} ${nameOf(path)}`}
              >
                {title}
              </FileLink>
            ))}
            <Text size="sm">
              {files.length === 1 ? 'one file' : `${files.length} files`},{' '}
              {size(files.reduce((sum, { bytes }) => sum + bytes, 0))}
            </Text>
            <Button size="xs" variant="default" aria-expanded={isShown} onClick={() => setShown(!isShown)}>
              {isShown ? 'Hide the files' : 'Show the files'}
            </Button>
          </Group>
          <Group gap="xs">
            <Code className="breaks">{command}</Code>
            <CopyButton value={command}>
              {({ copied, copy }) => (
                <Button size="xs" variant="default" onClick={copy}>
                  {copied ? 'Copied' : 'Copy'}
                </Button>
              )}
            </CopyButton>
            <Text size="sm" c="dimmed">
              takes all of it away, with examples that read it
            </Text>
          </Group>
          {isShown && <Files runId={run.runId} files={files} />}
          {isShown && run.result && <UriTable artifacts={run.result.artifacts} />}
        </>
      )}
    </Stack>
  );
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

function Files({ runId, files }: { runId: string; files: readonly { path: string; bytes: number }[] }) {
  return (
    <ScrollingTable minWidth={320} maxHeight={480} stickyHeader>
      <thead>
        <tr>
          <th>File</th>
          <th className="tabular">Size</th>
        </tr>
      </thead>
      <tbody>
        {files.map(({ path, bytes }) => (
          <tr key={path}>
            <td className="breaks">
              <FileLink address={artifactAddress(runId, path)} name={nameOf(path)}>
                {path}
              </FileLink>
            </td>
            <td className="tabular nowrap">{size(bytes)}</td>
          </tr>
        ))}
      </tbody>
    </ScrollingTable>
  );
}
