import { Anchor, List, Stack, Text, Textarea } from '@mantine/core';
import { useRef } from 'react';
import type { TextMistake } from './mistakes.js';

interface Props {
  label?: string;
  description?: string;
  text: string;
  mistakes: readonly TextMistake[];
  onWrite: (text: string) => void;
}

/** A specification, or a part of one, as text, and what is wrong with it, line by line. */
export function YamlText({
  label = 'Specification as YAML',
  description = 'The same as the form: what is changed in one changes in the other. Comments stay.',
  text,
  mistakes,
  onWrite,
}: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const goTo = (line: number) => {
    const lines = text.split('\n');
    const start = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0);
    area.current?.focus();
    area.current?.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  };
  return (
    <Stack gap="xs">
      <Textarea
        ref={area}
        label={label}
        description={description}
        value={text}
        rows={24}
        spellCheck={false}
        classNames={{ input: 'yaml' }}
        error={mistakes.length > 0}
        onChange={({ currentTarget }) => onWrite(currentTarget.value)}
      />
      <Stack gap={4} role="status" aria-label="Mistakes">
        {mistakes.length > 0 && (
          <Text size="sm" className="mistake" fw={600}>
            {mistakes.length === 1 ? '1 mistake' : `${mistakes.length} mistakes`}
          </Text>
        )}
        <List size="sm">
          {mistakes.map(({ line, place, message }, i) => (
            <List.Item key={i} className="breaks">
              <Anchor component="button" type="button" size="sm" onClick={() => goTo(line)}>
                line {line}
              </Anchor>
              {place === '' ? ': ' : `: ${place}: `}
              {message}
            </List.Item>
          ))}
        </List>
      </Stack>
    </Stack>
  );
}
