import { z } from 'zod';

/**
 * A schema that says what it holds. The reference pages, the OpenAPI document, the JSON Schema for editors and the help of
 * flags take the text from here. Its first sentence stands alone as the help of a flag; range, choices and default are not
 * in it, because each of these places reads them off the schema. Examples are values as somebody writes them, before
 * defaults are filled in.
 *
 * The words belong to the schema itself, for a copy of each would take a tenth of a cold start. A schema that has a name
 * of its own stands elsewhere, too: its copy is described, as in `described(instantSchema.clone(), …)`.
 */
export function described<T extends z.ZodType>(schema: T, description: string, ...examples: z.input<T>[]): T {
  z.globalRegistry.add(schema, examples.length === 0 ? { description } : { description, examples });
  return schema;
}
