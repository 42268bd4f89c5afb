import { Button, Code, CopyButton, Group, Table } from '@mantine/core';
import { loadingLine } from '@trainyard/shared/page/loadingLine';
import { ScrollingTable } from './ScrollingTable.js';

/** Where each artifact is and how Python loads it, to be copied. */
export function UriTable({ artifacts }: { artifacts: Readonly<Record<string, string>> }) {
  return (
    <ScrollingTable minWidth={480} maxHeight={320} stickyHeader>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Artifact</Table.Th>
          <Table.Th>Where it is, and how it is loaded</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {Object.entries(artifacts).map(([name, uri]) => (
          <Table.Tr key={name}>
            <Table.Td className="nowrap">{name}</Table.Td>
            <Table.Td>
              <Copyable text={uri} of={`the URI of ${name}`} />
              <Copyable text={loadingLine(name, uri)} of={`the line that loads ${name}`} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
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
