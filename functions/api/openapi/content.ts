/** What stands in bodies, answers and parameters. */
import { componentName } from '@trainyard/shared';
import { z } from 'zod';
import { EXAMPLES, isExampleName } from './examples.js';
import { schemaOf, type Direction, type Json } from './schemas.js';

/** Each body and answer has an example: that of its component, or the first that its schema gives itself. */
function exampleOf(schema: z.ZodType): unknown {
  const name = componentName(schema);
  if (isExampleName(name)) return EXAMPLES[name]();
  const [example] = (schema.meta()?.examples as readonly unknown[] | undefined) ?? [];
  if (example === undefined)
    throw new Error(
      `a body or an answer has no example: add ${name ?? 'one to the meta of its schema'} to EXAMPLES`,
    );
  return example;
}

/** Of one type of media. An example that several operations have stands in the components, once. */
export function contentOf(mediaType: string, schema: z.ZodType, io: Direction): Json {
  const name = componentName(schema);
  const example = isExampleName(name)
    ? { examples: { [name]: { $ref: `#/components/examples/${name}` } } }
    : { example: exampleOf(schema) };
  return { [mediaType]: { schema: schemaOf(schema, io), ...example } };
}

export function requestBodyOf(schema: z.ZodType): Json {
  // No body is read as an empty object.
  const required = !schema.safeParse({}).success;
  return { required, content: contentOf('application/json', schema, 'input') };
}

/** A file as it is, which may be empty. */
export function uploadBodyOf(maxBytes: number): Json {
  const file = {
    schema: { type: 'string', format: 'binary', maxLength: maxBytes },
    example: '…',
  };
  return {
    required: false,
    description: `The file, of at most ${maxBytes} bytes.`,
    content: { 'application/octet-stream': file },
  };
}

/** `components.examples` of the document. */
export function exampleComponents(): Json {
  const entries = Object.entries(EXAMPLES).map(([name, make]) => [name, { value: make() }]);
  return Object.fromEntries(entries) as Json;
}

/** Each property of an object of parameters as a parameter. */
export function parametersOf(place: 'path' | 'query', schema: z.ZodType): Json[] {
  const { properties, required } = z
    .object({
      properties: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
      required: z.array(z.string()).default([]),
    })
    .parse(schemaOf(schema, 'input'));
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema: property,
  }));
}
