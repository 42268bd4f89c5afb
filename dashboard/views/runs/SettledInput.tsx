import { TextInput, type TextInputProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useState } from 'react';

/** What is typed is asked for when its writer pauses. */
const TYPING_MS = 300;

interface Props extends Pick<TextInputProps, 'label' | 'placeholder' | 'error' | 'className'> {
  value: string;
  onChange: (text: string) => void;
}

/** A text that is handed on when its writer pauses. */
export function SettledInput({ value, onChange, ...looks }: Props) {
  const [text, setText] = useState(value);
  const [settled] = useDebouncedValue(text, TYPING_MS);
  useEffect(() => {
    if (settled !== value) onChange(settled);
    // Only what was typed is handed on: a change of the address by others is not typed back.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [settled]);
  return (
    <TextInput
      value={text}
      onChange={({ currentTarget }) => setText(currentTarget.value)}
      spellCheck={false}
      {...looks}
    />
  );
}
