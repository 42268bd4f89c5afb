import { NativeSelect, Stack } from '@mantine/core';
import { useEditing } from './editing.js';
import { valueAt, type Path } from './paths.js';
import { SchemaField } from './SchemaField.js';
import { isPlain, titleOf } from './words.js';

/** Something of several kinds, such as the optimizer: which it is, and the fields that the kind has. */
export function KindFields({ path, label = titleOf(String(path.at(-1))) }: { path: Path; label?: string }) {
  const { schema, spec, set, mistakeAt } = useEditing();
  const place = schema.at(path, spec);
  const choice = schema.kindsOf(place.schema);
  if (!choice) throw new Error(`${path.join('.')} has no kinds`);
  const { key, kinds } = choice;
  const value = valueAt(spec, [...path, key]) ?? valueAt(place.inherited, [key]);
  const kind = kinds.find((one) => one.value === value);
  return (
    <Stack gap="sm">
      <NativeSelect
        label={label}
        description={kind?.description}
        error={mistakeAt([...path, key])}
        data={kinds.map((one) => one.value)}
        value={isPlain(value) ? String(value) : ''}
        // Kinds have other keys: those of the one before would be refused.
        onChange={({ currentTarget }) => set(path, { [key]: currentTarget.value })}
      />
      <div className="fields">
        {plainKeys(schema.propertiesAt(path, spec), key).map((name) => (
          <SchemaField key={name} path={[...path, name]} isShort />
        ))}
      </div>
    </Stack>
  );
}

/** Those whose values one field holds. */
export function plainKeys(
  properties: readonly [string, { type?: string; enum?: readonly unknown[] }][],
  without: string,
): string[] {
  return properties
    .filter(
      ([name, { type }]) => name !== without && type !== undefined && !['array', 'object'].includes(type),
    )
    .map(([name]) => name);
}
