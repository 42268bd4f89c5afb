import { Button, Stack, Table, Title } from '@mantine/core';
import type { UseInfiniteQueryResult, InfiniteData } from '@tanstack/react-query';
import type { PresetVersionPage } from '@trainyard/shared/http/bodies';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import { ShowMore } from '../../figures/ShowMore.js';
import { dateTime } from '../../figures/times.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';

interface Props {
  pages: UseInfiniteQueryResult<InfiniteData<PresetVersionPage>>;
  shown: number;
  onShow: (version: string) => void;
}

/** The versions of a preset, newest first. */
export function PresetVersions({ pages, shown, onShow }: Props) {
  return (
    <Stack gap="xs" component="section" aria-labelledby="versions">
      <Title order={2} size="h4" id="versions">
        Versions
      </Title>
      {pages.isPending && <Loading />}
      {pages.isError && (
        <Failure what="The versions cannot be read" error={pages.error} retry={() => void pages.refetch()} />
      )}
      {pages.isSuccess && (
        <>
          <ScrollingTable minWidth={260} maxHeight={420} stickyHeader>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Version</Table.Th>
                <Table.Th>Made</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {pages.data.pages
                .flatMap((page) => page.versions)
                .map(({ version, createdAt, createdBy }) => (
                  <Table.Tr key={version}>
                    <Table.Td>
                      <Button
                        size="compact-sm"
                        variant={version === shown ? 'filled' : 'default'}
                        aria-pressed={version === shown}
                        aria-label={`Show version ${version}`}
                        onClick={() => onShow(String(version))}
                      >
                        {version}
                      </Button>
                    </Table.Td>
                    <Table.Td>
                      <span className="nowrap">{dateTime(createdAt)}</span>
                      <span className="note line breaks">{createdBy}</span>
                    </Table.Td>
                  </Table.Tr>
                ))}
            </Table.Tbody>
          </ScrollingTable>
          <ShowMore pages={pages} />
        </>
      )}
    </Stack>
  );
}
