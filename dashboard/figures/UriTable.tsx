import { Button, Code, CopyButton, Group } from '@mantine/core';
import { loadingLine } from '@trainyard/shared/page/loadingLine';
import { ScrollingTable } from './ScrollingTable.js';

/** Where each artifact is and how Python loads it, to be copied. */
export function UriTable({ artifacts }: { artifacts: Readonly<Record<string, string>> }) {
  return (
    <ScrollingTable minWidth={480} maxHeight={320} stickyHeader>
      <thead>
        <tr>
          <th>Artifact</th>
          <th>Where it is, and how it is loaded</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(artifacts).map(([name, uri]) => (
          <tr key={name}>
            <td className="nowrap">{name}</td>
            <td>
              <Copyable text={uri} of={`the URI of ${name}`} />
              <Copyable text={loadingLine(name, uri)} of={`the line that loads ${name}`} />
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollingTable>
  );
}

function Copyable({ text, of }: { text: string | undefined; of: string }) {
  if (text === undefined) return null;
  return (
    <Group gap="xs" mb={4}>
      <Code className="breaks">{text}</Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button
            size="compact-xs"
            variant="default"
            onClick={copy}
            aria-label={`${copied ? 'Copied' : 'Copy'} ${of}`}
          >
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}
