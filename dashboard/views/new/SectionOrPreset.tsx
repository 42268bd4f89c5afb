import { Button, Fieldset, Group, NativeSelect, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { PRESET_SECTIONS, type PresetKind } from '@trainyard/shared/presetSections';
import type { ReactNode } from 'react';
import { reads } from '../../api/reads.js';
import { useEditing } from '../../form/editing.js';
import { valueAt } from '../../form/paths.js';
import { titleOf } from '../../form/words.js';

interface Props {
  kind: PresetKind;
  /** The specification as the server has resolved it; undefined until it has. */
  resolved: Readonly<Record<string, unknown>> | undefined;
  /** Of what is chosen or written. */
  summary?: ReactNode;
  children: ReactNode;
}

/** A section of the specification, or the preset that stands in its place. */
export function SectionOrPreset({ kind, resolved, summary, children }: Props) {
  const { spec, set, mistakeAt } = useEditing();
  const section = PRESET_SECTIONS[kind];
  const presets = useQuery(reads.presets(kind)).data?.presets ?? [];
  const given = valueAt(spec, [section, 'preset']);
  const chosen = typeof given === 'string' ? given : '';
  const choices = presets.map(({ id, latestVersion, description }) => ({
    value: id,
    label: [`${id}@${latestVersion}`, description].filter((part) => part !== '').join(': '),
  }));
  const isMissing = chosen !== '' && !presets.some(({ id }) => id === chosen);
  const content = valueAt(resolved, [section]);
  return (
    <Fieldset legend={titleOf(section)}>
      <Stack gap="sm">
        {(choices.length > 0 || chosen !== '') && (
          <Group align="end">
            <NativeSelect
              label={`${titleOf(section)}: preset`}
              error={mistakeAt([section, 'preset']) ?? mistakeAt([section])}
              data={[
                ...(chosen === '' ? [{ value: '', label: 'none: as written here' }] : []),
                ...choices,
                ...(isMissing ? [{ value: chosen, label: chosen }] : []),
              ]}
              value={chosen}
              onChange={({ currentTarget }) => set([section], { preset: currentTarget.value })}
            />
            {chosen !== '' && (
              <Button
                variant="default"
                disabled={content === undefined}
                onClick={() => set([section], content)}
              >
                Write its content here
              </Button>
            )}
          </Group>
        )}
        {chosen === '' && children}
        {summary}
      </Stack>
    </Fieldset>
  );
}
