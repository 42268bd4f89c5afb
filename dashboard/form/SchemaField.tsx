import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useId, useState } from 'react';
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
      offers={isNumber ? offersOf(place.schema.examples) : []}
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

/** One example is a form to follow; several are values to choose from. */
function offersOf(examples: readonly unknown[] = []): readonly number[] {
  const numbers = examples.filter((one) => typeof one === 'number');
  return numbers.length > 1 ? numbers.toSorted((a, b) => a - b) : [];
}

interface TextFieldProps {
  label: string;
  description?: string;
  error: string | undefined;
  disabled: boolean;
  isNumber: boolean;
  value: unknown;
  placeholder: string;
  /** Values to choose from; others may be typed. */
  offers: readonly number[];
  onWrite: (value: unknown) => void;
}

/** What is typed stands as it is typed, `0.` on the way to `0.5`, until somebody else writes another value. */
function TextField({ isNumber, value, offers, onWrite, ...input }: TextFieldProps) {
  const [typed, setTyped] = useState('');
  const meant = meantBy(typed, isNumber);
  const list = useId();
  const field = (
    <TextInput
      {...input}
      {...(offers.length > 0 && { list })}
      value={Object.is(meant, value) ? typed : asText(value)}
      inputMode={isNumber ? 'decimal' : 'text'}
      spellCheck={false}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        onWrite(meantBy(currentTarget.value, isNumber));
      }}
    />
  );
  if (offers.length === 0) return field;
  return (
    <div>
      {field}
      <datalist id={list}>
        {offers.map((offer) => (
          <option key={offer} value={offer} />
        ))}
      </datalist>
    </div>
  );
}

/** What is no number is written as it is: the server says what is wrong with it. */
function meantBy(text: string, isNumber: boolean): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  return isNumber && Number.isFinite(Number(trimmed)) ? Number(trimmed) : text;
}
