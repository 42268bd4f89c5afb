import { NativeSelect, Stack, Title } from '@mantine/core';
import { PRESET_SECTIONS, type PresetKind } from '@trainyard/shared/presetSections';
import { Link, useLocation } from 'wouter';
import { useAddress } from '../../address/useAddress.js';
import { PresetEditor } from './PresetEditor.js';

const KINDS = Object.keys(PRESET_SECTIONS) as PresetKind[];

/** The first version of a preset. */
export default function NewPresetView() {
  const [, navigate] = useLocation();
  const address = useAddress();
  const kind = KINDS.find((one) => one === address.get('kind')) ?? 'datasets';
  return (
    <Stack gap="lg">
      <Stack gap={4}>
        <Link href="/settings" className="plainLink">
          Settings
        </Link>
        <Title order={1} size="h2">
          New preset
        </Title>
      </Stack>
      <PresetEditor
        title={`For the section “${PRESET_SECTIONS[kind]}”`}
        kind={kind}
        description=""
        content=""
        onSaved={(_version, id) => navigate(`/settings/presets/${kind}/${encodeURIComponent(id)}`)}
      >
        <NativeSelect
          label="Kind"
          maw={480}
          data={KINDS.map((value) => ({ value, label: value }))}
          value={kind}
          onChange={({ currentTarget }) => address.set({ kind: currentTarget.value })}
        />
      </PresetEditor>
    </Stack>
  );
}
