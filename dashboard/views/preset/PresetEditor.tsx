import { Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { PresetView } from '@trainyard/shared/http/bodies';
import type { PresetKind } from '@trainyard/shared/presetSections';
import { useMemo, useState, type ReactNode } from 'react';
import { post } from '../../api/request.js';
import { mistakesBelow, textMistakes } from '../../form/mistakes.js';
import { readText } from '../../form/specText.js';
import { YamlText } from '../../form/YamlText.js';
import { Failure } from '../../states/Failure.js';

interface Props {
  title: string;
  kind: PresetKind;
  /** Of one that there is; a new one is named here. */
  id?: string;
  description: string;
  /** What the text begins with, as YAML. */
  content: string;
  onSaved: (version: number, id: string) => void;
  children?: ReactNode;
}

/** The content of the next version as text, with the server's mistakes at their lines. */
export function PresetEditor({ title, kind, id, description, content, onSaved, children }: Props) {
  const queryClient = useQueryClient();
  const [name, setName] = useState(id ?? '');
  const [words, setWords] = useState(description);
  const [text, setText] = useState(content);
  const read = useMemo(() => readText(text), [text]);
  const save = useMutation({
    mutationFn: () => post<PresetView>(`/api/${kind}`, { id: name, description: words, content: read.spec }),
    onSuccess: async ({ version, id: saved }) => {
      await Promise.all(
        ['preset', 'preset-versions', 'presets'].map((key) =>
          queryClient.invalidateQueries({ queryKey: [key, kind] }),
        ),
      );
      onSaved(version, saved);
    },
  });
  const sent = mistakesBelow('content', save.error);
  const nameMistake = sent.find(({ pointer }) => pointer === '/id');
  const mistakes = textMistakes(
    read,
    sent.filter((one) => one !== nameMistake),
  );
  const change = (set: (value: string) => void) => (value: string) => {
    set(value);
    // What was refused or saved was another text.
    if (!save.isIdle) save.reset();
  };
  return (
    <Stack gap="sm" component="section" aria-labelledby="editor">
      <Title order={2} size="h4" id="editor">
        {title}
      </Title>
      {children}
      {id === undefined && (
        <TextInput
          label="Id"
          description="Letters a to z, digits, “.”, “_” and “-”. Specifications name it."
          maw={480}
          value={name}
          error={nameMistake?.detail}
          spellCheck={false}
          onChange={({ currentTarget }) => change(setName)(currentTarget.value)}
        />
      )}
      <TextInput
        label="Description"
        description="What it is for, in words; it is that of all versions."
        maw={480}
        value={words}
        onChange={({ currentTarget }) => change(setWords)(currentTarget.value)}
      />
      <YamlText
        label="Content as YAML"
        description="A version never changes: saving makes the next one. Equal content makes none."
        text={text}
        mistakes={mistakes}
        onWrite={change(setText)}
      />
      {save.error && sent.length === 0 && <Failure what="The preset was not saved" error={save.error} />}
      <Group>
        <Button
          onClick={() => save.mutate()}
          loading={save.isPending}
          disabled={!read.spec || name.trim() === ''}
        >
          Save
        </Button>
        <Text size="sm" role="status">
          {save.data && `Version ${save.data.version} of ${save.data.id} is the newest.`}
        </Text>
      </Group>
    </Stack>
  );
}
