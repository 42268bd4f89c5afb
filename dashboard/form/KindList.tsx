import { Button, Fieldset, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useEditing } from './editing.js';
import { plainKeys } from './KindFields.js';
import { valueAt, type Path } from './paths.js';
import { SchemaField } from './SchemaField.js';
import { asText, titleOf } from './words.js';

interface Props {
  path: Path;
  label: string;
  /** What one of them is called: `layer`. */
  noun: string;
  /** What a new one begins with. */
  added: Readonly<Record<string, unknown>>;
  /** Fields that are shown of each; the others stand in the text. */
  shows: readonly string[];
  /** Keys that every kind has, whose values stay when the kind is changed. */
  keeps: readonly string[];
}

/** A list whose elements are of several kinds, such as the layers of a tower: by pointer or keyboard they are added, moved and taken away. */
export function KindList({ path, label, noun, added, shows, keeps }: Props) {
  const { schema, spec, set, mistakeAt } = useEditing();
  const place = schema.at(path, spec);
  const choice = place.schema.items && schema.kindsOf(place.schema.items);
  if (!choice) throw new Error(`${path.join('.')} is no list of kinds`);
  const { key, kinds } = choice;
  const value = valueAt(spec, path) ?? place.inherited ?? [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const mistake = mistakeAt(path);
  return (
    <Fieldset legend={label}>
      <Stack gap="sm">
        {mistake !== undefined && (
          <Text size="xs" className="mistake">
            {mistake}
          </Text>
        )}
        {list.length === 0 && (
          <Text size="sm" c="dimmed">
            No {noun}.
          </Text>
        )}
        {list.map((item, i) => {
          const at = [...path, i];
          const name = `${titleOf(noun)} ${i + 1}`;
          const others = schema.propertiesAt(at, spec);
          const fields = plainKeys(others, key).filter((one) => shows.includes(one));
          return (
            // Elements have no names of their own, and one that moves takes its values with it.
            <div key={i} className="fields narrow" role="group" aria-label={`${label}: ${noun} ${i + 1}`}>
              <NativeSelect
                label={`${name}: ${key}`}
                error={mistakeAt([...at, key]) ?? mistakeAt(at)}
                data={kinds.map((one) => one.value)}
                value={asText(valueAt(item, [key]))}
                onChange={({ currentTarget }) => set(at, ofKind(item, key, currentTarget.value, keeps))}
              />
              {fields.map((one) => (
                <SchemaField key={one} path={[...at, one]} isShort />
              ))}
              <Group gap="xs" align="end">
                <Button
                  size="xs"
                  variant="default"
                  disabled={i === 0}
                  aria-label={`Move ${noun} ${i + 1} up`}
                  onClick={() => set(path, list.toSpliced(i, 1).toSpliced(i - 1, 0, item))}
                >
                  ↑
                </Button>
                <Button
                  size="xs"
                  variant="default"
                  aria-label={`Remove ${noun} ${i + 1}`}
                  onClick={() => set(path, list.toSpliced(i, 1))}
                >
                  Remove
                </Button>
              </Group>
            </div>
          );
        })}
        <Group>
          <Button size="xs" variant="default" onClick={() => set(path, [...list, added])}>
            Add a {noun}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

function ofKind(item: unknown, key: string, kind: string, keeps: readonly string[]) {
  const kept = keeps.flatMap((name) => {
    const value = valueAt(item, [name]);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), [key]: kind };
}
