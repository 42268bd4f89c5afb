/** The components of the API's document: the fields and an example of each. */
import type { ApiDocument } from './apiDocument.js';
import { fieldText, typeText, type JsonSchema } from './jsonSchema.js';
import { jsonBlock } from './markdown.js';

/** Sections of a specification, which are explained by hand. What only they use is left out with them. */
const OF_SPECIFICATION: ReadonlySet<string> = new Set(
  ['TrainingSpec', 'Dataset', 'Features', 'ModelConfig'].flatMap((name) => [name, `${name}Input`]),
);

export function componentSections(document: ApiDocument): string[] {
  const { schemas, examples } = document.components;
  return [
    '## Components',
    'Of a schema that has defaults there are two: requests may leave out what has one, and answers have it. The name of the one ' +
      'for requests ends in `Input`.',
    ...namesOf(document).flatMap((name) => {
      const schema = schemas[name] ?? {};
      const example = examples[name];
      return [
        `### \`${name}\``,
        ...(schema.description === undefined ? [] : [schema.description]),
        ...(OF_SPECIFICATION.has(name) ? [SPECIFICATION] : bodyOf(schema)),
        ...(example ? ['For example:', jsonBlock(example.value)] : []),
      ];
    }),
  ];
}

const SPECIFICATION =
  'It is a specification or a section of one: [the page of specifications](../specification.md) has its fields.';

function bodyOf(schema: JsonSchema): string[] {
  const fields = fieldsOf(schema);
  if (fields !== undefined) return fields === '' ? ['It has no fields.'] : [fields];
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices?.some(({ properties }) => properties))
    return ['One of these:', ...choices.map((choice) => fieldsOf(choice) ?? `- ${typeText(choice)}`)].flatMap(
      (text, i) => (i > 1 ? ['or', text] : [text]),
    );
  return [`It is ${typeText(schema)}.`];
}

/** The list of an object's fields; those of an object within it stand in its line. */
function fieldsOf({ properties, required = [] }: JsonSchema): string | undefined {
  if (!properties) return undefined;
  return Object.entries(properties)
    .map(([name, field]) => {
      const necessity = required.includes(name) ? '' : ', optional';
      const head = `\`${name}\` (${typeText(field)}${necessity})`;
      return fieldText(head, field.description);
    })
    .join('\n');
}

/** What operations refer to, and what that refers to in turn, by name. */
function namesOf({ paths, components: { schemas } }: ApiDocument): string[] {
  const found = new Set<string>(['Problem']);
  const waiting = [...namesIn(paths), ...namesIn(schemas['Problem'])];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    if (!OF_SPECIFICATION.has(name)) waiting.push(...namesIn(schemas[name]));
  }
  return [...found].toSorted();
}

function namesIn(value: unknown): string[] {
  const text = JSON.stringify(value) ?? '';
  return [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].flatMap(([, name]) => name ?? []);
}
