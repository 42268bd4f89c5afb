import { Group, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { PRESET_SECTIONS, type PresetKind } from '@trainyard/shared/presetSections';
import { Link, useParams } from 'wouter';
import { useAddress } from '../../address/useAddress.js';
import { ApiError } from '../../api/problem.js';
import { reads } from '../../api/reads.js';
import { dateTime } from '../../figures/times.js';
import { textOf } from '../../form/specText.js';
import { Offered } from '../../signIn/Offered.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';
import { NotHere } from '../../states/NotHere.js';
import { PresetEditor } from './PresetEditor.js';
import { PresetVersions } from './PresetVersions.js';
import { VersionContent } from './VersionContent.js';

/** A preset with its versions: one is read or held against another, and the next one is made. */
export default function PresetView() {
  const { kind, id } = useParams<{ kind: string; id: string }>();
  return isKind(kind) ? (
    <OnePreset key={`${kind}/${id}`} kind={kind} id={id} />
  ) : (
    <NotHere what={`There are no presets of the kind ${kind}.`} />
  );
}

const isKind = (kind: string): kind is PresetKind => Object.hasOwn(PRESET_SECTIONS, kind);

function OnePreset({ kind, id }: { kind: PresetKind; id: string }) {
  const address = useAddress();
  const newest = useQuery(reads.preset(kind, id));
  const versions = useInfiniteQuery(reads.presetVersions(kind, id));
  if (newest.isPending) return <Loading rows={8} />;
  if (newest.isError) {
    const { error } = newest;
    if (error instanceof ApiError && error.status < 500)
      return <NotHere what={`There is no preset ${id} among ${kind}.`} />;
    return <Failure what="The preset cannot be read" error={error} retry={() => void newest.refetch()} />;
  }
  const { version: last, description, content, createdBy, createdAt, updatedAt } = newest.data;
  const shown = numberOf(address.get('version')) ?? last;
  return (
    <Stack gap="lg">
      <Stack gap={4}>
        <Link href="/settings" className="plainLink">
          Settings
        </Link>
        <Title order={1} size="h2" className="breaks">
          {id}
        </Title>
        {description !== '' && <Text className="breaks">{description}</Text>}
        <Group gap="lg">
          <Text size="sm" c="dimmed">
            a preset for the section “{PRESET_SECTIONS[kind]}”
          </Text>
          <Text size="sm" c="dimmed">
            made {dateTime(createdAt)} by {createdBy}, newest version {dateTime(updatedAt)}
          </Text>
        </Group>
      </Stack>
      <div className="beside">
        <VersionContent
          preset={{ kind, id }}
          version={shown}
          last={last}
          against={numberOf(address.get('against'))}
          onAgainst={(version) => address.set({ against: version })}
        />
        <PresetVersions pages={versions} shown={shown} onShow={(version) => address.set({ version })} />
      </div>
      <Offered to="trainer">
        <PresetEditor
          // Who writes while another saves a version goes on from what they began with, and the server makes the next one.
          title="Make a new version"
          kind={kind}
          id={id}
          description={description}
          content={textOf(content)}
          onSaved={(version) => address.set({ version: String(version), against: '' })}
        />
      </Offered>
    </Stack>
  );
}

function numberOf(text: string): number | undefined {
  const number = Number(text);
  return text !== '' && Number.isInteger(number) && number > 0 ? number : undefined;
}
