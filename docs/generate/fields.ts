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

/** The schema inside wrappers such as `.optional()`; undefined where there is none. */
function innerOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  const { def } = schema._zod as { def: { innerType?: z.core.$ZodType; in?: z.core.$ZodType } };
  return def.innerType ?? def.in;
}

function metaOf(schema: z.core.$ZodType): z.core.GlobalMeta {
  const meta = z.globalRegistry.get(schema);
  const inner = innerOf(schema);
  return { ...(inner && metaOf(inner)), ...meta };
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
