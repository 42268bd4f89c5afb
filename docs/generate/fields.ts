/** What zod schemas know of their fields, for pages about objects whose keys are few and flat. */
import { z } from 'zod';

export interface Field {
  name: string;
  description: string;
  /** What holds where the field is left out; undefined where nothing does. */
  fallback: unknown;
  isRequired: boolean;
  examples: readonly unknown[];
}

/** Wrappers such as `.optional()` hold the schema that they wrap; pipes hold what goes in. */
function innerOf({ def }: z.ZodType): z.ZodType | undefined {
  const inner: unknown = 'innerType' in def ? def.innerType : 'in' in def ? def.in : undefined;
  return inner instanceof z.ZodType ? inner : undefined;
}

/** What a schema says of itself, and what the schema that it wraps says where it is silent. */
export function metaOf(schema: z.ZodType): z.core.GlobalMeta {
  const inner = innerOf(schema);
  return { ...(inner && metaOf(inner)), ...schema.meta() };
}

/** The fields of an object in the order in which it declares them. Fails at one that says nothing of itself. */
export function fieldsOf(shape: Readonly<Record<string, z.ZodType>>): Field[] {
  return Object.entries(shape).map(([name, schema]) => {
    const { description, examples } = metaOf(schema);
    if (description === undefined)
      throw new Error(`${name} has no description: give its schema .meta({ description })`);
    const absent = schema.safeParse(undefined);
    return {
      name,
      description,
      fallback: absent.data,
      isRequired: !absent.success,
      examples: Array.isArray(examples) ? examples : [],
    };
  });
}
