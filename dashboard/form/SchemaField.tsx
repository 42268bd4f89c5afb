import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useEditing } from './editing.js';
import { valueAt, type Path } from './paths.js';
import { asText, hintOf, isPlain, shown, titleOf } from './words.js';

interface Props {
  path: Path;
  label?: string;
  /** Leaves out the words below the label, where fields stand close. */
  isShort?: boolean;
  isDisabled?: boolean;
}

/** The field of a plain value, as its schema has it. Emptied, the key goes, and its default holds. */
export function SchemaField({ path, label = titleOf(String(path.at(-1))), isShort, isDisabled }: Props) {
  const { schema, spec, set, mistakeAt } = useEditing();
  const place = schema.at(path, spec);
  const value = valueAt(spec, path);
  const common = {
    label,
    disabled: isDisabled ?? false,
    error: mistakeAt(path),
    ...(!isShort && { description: hintOf(place) }),
  };
  const { inherited } = place;
  const write = (next: unknown) => set(path, next);
  if (place.schema.enum)
    return (
      <NativeSelect
        {...common}
        data={choicesOf(place.schema.enum, inherited, value)}
        value={asText(value)}
        onChange={({ currentTarget }) => write(currentTarget.value || undefined)}
      />
    );
  if (place.schema.type === 'boolean')
    return (
      <Checkbox
        {...common}
        checked={(value ?? inherited) === true}
        onChange={({ currentTarget }) => write(currentTarget.checked)}
      />
    );
  const isNumber = place.schema.type === 'integer' || place.schema.type === 'number';
  return (
    <TextField
      {...common}
      isNumber={isNumber}
      value={value}
      placeholder={isPlain(inherited) ? String(inherited) : ''}
      onWrite={write}
    />
  );
}

function choicesOf(allowed: readonly unknown[], inherited: unknown, value: unknown) {
  const fallback = isPlain(inherited) ? [{ value: '', label: `${shown(inherited)} (default)` }] : [];
  const choices = allowed.map((one) => ({ value: String(one), label: String(one) }));
  const isOdd = value !== undefined && !allowed.includes(value);
  const missing = value === undefined && fallback.length === 0 ? [{ value: '', label: '' }] : [];
  return [
    ...fallback,
    ...missing,
    ...choices,
    ...(isOdd ? [{ value: asText(value), label: asText(value) }] : []),
  ];
}

interface TextFieldProps {
  label: string;
  description?: string;
  error: string | undefined;
  disabled: boolean;
  isNumber: boolean;
  value: unknown;
  placeholder: string;
  onWrite: (value: unknown) => void;
}

/** What is typed stands as it is typed, `0.` on the way to `0.5`, until somebody else writes another value. */
function TextField({ isNumber, value, onWrite, ...input }: TextFieldProps) {
  const [typed, setTyped] = useState('');
  const meant = meantBy(typed, isNumber);
  return (
    <TextInput
      {...input}
      value={Object.is(meant, value) ? typed : asText(value)}
      inputMode={isNumber ? 'decimal' : 'text'}
      spellCheck={false}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        onWrite(meantBy(currentTarget.value, isNumber));
      }}
    />
  );
}

/** What is no number is written as it is: the server says what is wrong with it. */
function meantBy(text: string, isNumber: boolean): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  return isNumber && Number.isFinite(Number(trimmed)) ? Number(trimmed) : text;
}
