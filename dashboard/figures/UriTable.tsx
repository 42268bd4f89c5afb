import { Button, Code, CopyButton, Table } from '@mantine/core';
import { ScrollingTable } from './ScrollingTable.js';

/** Where each artifact is, to be copied: programs read it there without the page. */
export function UriTable({ artifacts }: { artifacts: Readonly<Record<string, string>> }) {
  return (
    <ScrollingTable minWidth={420} maxHeight={320} stickyHeader>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Artifact</Table.Th>
          <Table.Th>URI</Table.Th>
          <Table.Th>To copy</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {Object.entries(artifacts).map(([name, uri]) => (
          <Table.Tr key={name}>
            <Table.Td className="nowrap">{name}</Table.Td>
            <Table.Td>
              <Code className="breaks">{uri}</Code>
            </Table.Td>
            <Table.Td>
              <CopyButton value={uri}>
                {({ copied, copy }) => (
                  <Button
                    size="compact-xs"
                    variant="default"
                    onClick={copy}
                    aria-label={copied ? `Copied ${name}` : `Copy ${name}`}
                  >
                    {copied ? 'Copied' : 'Copy'}
                  </Button>
                )}
              </CopyButton>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </ScrollingTable>
  );
}
