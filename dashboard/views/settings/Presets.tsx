import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { PRESET_SECTIONS, type PresetKind } from '@trainyard/shared/presetSections';
import { Link } from 'wouter';
import { reads } from '../../api/reads.js';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import { dateTime } from '../../figures/times.js';
import { Offered } from '../../signIn/Offered.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';

const KINDS = Object.keys(PRESET_SECTIONS) as PresetKind[];

/** The presets of all kinds. */
export function Presets() {
  const pages = useQueries({ queries: KINDS.map((kind) => reads.presets(kind)) });
  const failed = pages.find(({ error }) => error !== null);
  const rows = pages.flatMap(({ data }, i) =>
    (data?.presets ?? []).map((preset) => ({ ...preset, kind: KINDS[i] ?? 'datasets' })),
  );
  const isCut = pages.some(({ data }) => data !== undefined && data.nextCursor !== null);
  return (
    <Stack gap="xs" component="section" aria-labelledby="presets">
      <Group justify="space-between">
        <Title order={2} size="h4" id="presets">
          Presets
        </Title>
        <Offered to="trainer">
          <Button component={Link} href="/settings/new-preset" variant="default">
            New preset
          </Button>
        </Offered>
      </Group>
      {failed?.error && (
        <Failure what="The presets cannot be read" error={failed.error} retry={() => void failed.refetch()} />
      )}
      {pages.some(({ isPending }) => isPending) ? (
        <Loading rows={3} />
      ) : rows.length === 0 ? (
        <Text c="dimmed">
          There is none yet. A preset is a section of specifications under a name, in versions that never
          change.
        </Text>
      ) : (
        <ScrollingTable minWidth={640} maxHeight={480} highlightOnHover stickyHeader>
          <thead>
            <tr>
              <th>Preset</th>
              <th>Kind</th>
              <th>Description</th>
              <th className="tabular">Newest version</th>
              <th>Made</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ kind, id, description, latestVersion, updatedAt }) => (
              <tr key={`${kind}/${id}`}>
                <td className="named breaks">
                  <Link href={`/settings/presets/${kind}/${encodeURIComponent(id)}`} className="plainLink">
                    {id}
                  </Link>
                </td>
                <td>{kind}</td>
                <td className="breaks">{description}</td>
                <td className="tabular">{latestVersion}</td>
                <td className="nowrap">{dateTime(updatedAt)}</td>
              </tr>
            ))}
          </tbody>
        </ScrollingTable>
      )}
      {isCut && (
        <Text size="sm" c="dimmed">
          The first 200 of each kind are shown: GET /api/datasets and its like list all.
        </Text>
      )}
    </Stack>
  );
}
