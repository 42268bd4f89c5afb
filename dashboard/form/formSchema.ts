/** As much of the JSON Schema of specifications as the form shows: it is loaded with the page, and the rest is more than half of it. */
import type { JsonSchema } from './schemaAt.js';
import { firstSentence } from './words.js';

/** Of these definitions the form reads these keys alone; everything else of them stands in the text beside it. */
const READ: Readonly<Record<string, readonly string[]>> = {
  TrainingSpecInput: ['dataset', 'features', 'model', 'training', 'compute'],
  Dataset: ['source'],
};

export function formSchema(schema: JsonSchema): JsonSchema {
  const definitions = Object.fromEntries(
    Object.entries(schema.$defs ?? {}).map(([name, one]) => [name, shownOf(withKeys(one, READ[name]))]),
  );
  const used = reachable(schema.$ref, definitions);
  return {
    ...(schema.$ref !== undefined && { $ref: schema.$ref }),
    $defs: Object.fromEntries(Object.entries(definitions).filter(([name]) => used.has(name))),
  };
}

function withKeys(schema: JsonSchema, keys: readonly string[] | undefined): JsonSchema {
  if (!keys) return schema;
  const properties = Object.entries(schema.properties ?? {}).filter(([key]) => keys.includes(key));
  return { ...schema, properties: Object.fromEntries(properties) };
}

/** What tells forms apart and bounds numbers; patterns and lengths are the server's to say. */
const KEPT: readonly (keyof JsonSchema)[] = [
  ...(['$ref', 'type', 'const', 'enum', 'default', 'required'] as const),
  ...(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'] as const),
];

/** Of texts the sentence that a field shows, whole where they tell a kind; of examples those that are offered, which are numbers. */
function shownOf(schema: JsonSchema): JsonSchema {
  const { description, examples, properties, items, anyOf, oneOf } = schema;
  const words = schema.const === undefined ? firstSentence(description) : description;
  const numbers = examples?.filter((example) => typeof example === 'number') ?? [];
  return {
    ...Object.fromEntries(KEPT.flatMap((key) => (schema[key] === undefined ? [] : [[key, schema[key]]]))),
    ...(words !== undefined && { description: words }),
    ...(numbers.length > 0 && { examples: numbers }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([key, one]) => [key, shownOf(one)])),
    }),
    ...(items && { items: shownOf(items) }),
    ...(anyOf && { anyOf: anyOf.map(shownOf) }),
    ...(oneOf && { oneOf: oneOf.map(shownOf) }),
  };
}

/** The names of the definitions that the first one leads to, itself among them. */
function reachable(
  first: string | undefined,
  definitions: Readonly<Record<string, JsonSchema>>,
): Set<string> {
  const found = new Set<string>();
  const open = [first];
  for (let reference = open.pop(); reference !== undefined; reference = open.pop()) {
    const name = reference.slice(PREFIX.length);
    if (found.has(name)) continue;
    found.add(name);
    for (const [, next] of JSON.stringify(definitions[name]).matchAll(REFERENCE)) open.push(next);
  }
  return found;
}

const PREFIX = '#/$defs/';
const REFERENCE = /"\$ref":"([^"]+)"/g;
