import { Code, NativeSelect, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { differencesOf } from '@trainyard/shared/comparison/differences';
import type { PresetView } from '@trainyard/shared/http/bodies';
import type { PresetKind } from '@trainyard/shared/presetSections';
import { flattened } from '@trainyard/shared/spec/flattened';
import { reads } from '../../api/reads.js';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import { textOf } from '../../form/specText.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';

interface Props {
  preset: { kind: PresetKind; id: string };
  version: number;
  /** The newest one. */
  last: number;
  against: number | undefined;
  onAgainst: (version: string) => void;
}

/** The content of a version, or what differs between it and another one. */
export function VersionContent({ preset: { kind, id }, version, last, against, onAgainst }: Props) {
  const own = useQuery(reads.preset(kind, id, version));
  const other = useQuery({ ...reads.preset(kind, id, against), enabled: against !== undefined });
  const error = own.error ?? (against === undefined ? null : other.error);
  const others = Array.from({ length: last }, (_, i) => String(last - i)).filter(
    (one) => one !== String(version),
  );
  return (
    <Stack gap="xs" component="section" aria-labelledby="content">
      <Title order={2} size="h4" id="content">
        Version {version}
      </Title>
      {others.length > 0 && (
        <NativeSelect
          label="Compare with version"
          maw={240}
          data={[{ value: '', label: 'none' }, ...others]}
          value={against === undefined ? '' : String(against)}
          onChange={({ currentTarget }) => onAgainst(currentTarget.value)}
        />
      )}
      {error && <Failure what="The version cannot be read" error={error} />}
      {!error && against === undefined && own.data && (
        <Code block className="code" tabIndex={0} aria-label={`Content of version ${version}`}>
          {textOf(own.data.content)}
        </Code>
      )}
      {!error && against !== undefined && own.data && other.data && (
        <Differences before={other.data} after={own.data} />
      )}
      {!error && (own.isPending || (against !== undefined && other.isPending)) && <Loading rows={8} />}
    </Stack>
  );
}

function Differences({ before, after }: { before: PresetView; after: PresetView }) {
  const differences = differencesOf([flattened(before.content), flattened(after.content)]);
  if (differences.length === 0) return <Text c="dimmed">Both versions have the same content.</Text>;
  return (
    <ScrollingTable minWidth={420} maxHeight={512} stickyHeader>
      <thead>
        <tr>
          <th>Key</th>
          <th>Version {before.version}</th>
          <th>Version {after.version}</th>
        </tr>
      </thead>
      <tbody>
        {differences.map(({ key, values }) => (
          <tr key={key}>
            <td className="breaks">{key}</td>
            {values.map((value, i) => (
              <td key={i} className="breaks">
                {String(value ?? '–')}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </ScrollingTable>
  );
}
