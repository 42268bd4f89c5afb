import { Button, Stack, Title } from '@mantine/core';
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
            <thead>
              <tr>
                <th>Version</th>
                <th>Made</th>
              </tr>
            </thead>
            <tbody>
              {pages.data.pages
                .flatMap((page) => page.versions)
                .map(({ version, createdAt, createdBy }) => (
                  <tr key={version}>
                    <td>
                      <Button
                        size="compact-sm"
                        variant={version === shown ? 'filled' : 'default'}
                        aria-pressed={version === shown}
                        aria-label={`Show version ${version}`}
                        onClick={() => onShow(String(version))}
                      >
                        {version}
                      </Button>
                    </td>
                    <td>
                      <span className="nowrap">{dateTime(createdAt)}</span>
                      <span className="note line breaks">{createdBy}</span>
                    </td>
                  </tr>
                ))}
            </tbody>
          </ScrollingTable>
          <ShowMore pages={pages} />
        </>
      )}
    </Stack>
  );
}
