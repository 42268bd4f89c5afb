/** JSON Schema of zod schemas, in which each schema that has a name is a reference to its component. */
import { componentName, componentRegistry, COMPONENTS } from '@trainyard/shared';
import { z } from 'zod';

export type Json = Record<string, unknown>;

/** What is sent, in which whatever has a default may be left out, or what is answered. */
export type Direction = 'input' | 'output';

/** Until all of a document is known, a reference says the direction as well: see `nameComponents`. */
export const referenceTo = (io: Direction, name: string) => `#/$defs/${io}/${name}`;

/** JSON Schema of what is sent or answered. A number that a query writes as text is its number. */
export function schemaOf(schema: z.ZodType, io: Direction): Json {
  const name = componentName(schema);
  if (name !== undefined) return { $ref: referenceTo(io, name) };
  const { $schema: _dialect, $defs: _components, ...json } = convert(schema, io);
  return json;
}

/** The schema of each component, by its name. */
export function componentSchemas(io: Direction): Record<string, Json> {
  const { $defs } = convert(z.object(COMPONENTS), io);
  return $defs as Record<string, Json>;
}

function convert(schema: z.ZodType, io: Direction): Json {
  const json = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    metadata: componentRegistry,
    reused: 'inline',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // Examples are written as requests are; an answer has every default filled in.
      if (io === 'output' && jsonSchema.examples)
        jsonSchema.examples = jsonSchema.examples.map((example) => z.parse(zodSchema, example));
      // Some readers know no schema that is a boolean; of a tuple, `maxItems` says the same.
      if (jsonSchema.items === false && jsonSchema.maxItems === jsonSchema.prefixItems?.length)
        delete jsonSchema.items;
    },
  });
  const directed = (reference: string) => referenceTo(io, reference.replace('#/$defs/', ''));
  return mapReferences(json, directed) as Json;
}

/** A copy in which each `$ref` is what `change` makes of it. */
export function mapReferences(value: unknown, change: (reference: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => mapReferences(item, change));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]: [string, unknown]) => [
    key,
    key === '$ref' && typeof inner === 'string' ? change(inner) : mapReferences(inner, change),
  ]);
  return Object.fromEntries(entries) as Json;
}
