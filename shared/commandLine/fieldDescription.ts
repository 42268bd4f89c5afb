import { z } from 'zod';

/**
 * The first sentence of what a schema's `.meta` says of the field at `path`, as the description of a flag; undefined where it says
 * nothing. Of the members of a union, the first one that has the field is asked.
 */
export function fieldDescription(schema: z.ZodType, path: readonly string[]): string | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return asFlagText(describedBy(schema));
  return membersOf(schema)
    .flatMap((member) => (member instanceof z.ZodObject ? [member.shape[name] as z.ZodType | undefined] : []))
    .flatMap((field) => (field ? [fieldDescription(field, rest)] : []))
    .find((description) => description !== undefined);
}

/** The outermost description: that of the field goes before that of the type that it has. */
function describedBy(schema: z.ZodType): string | undefined {
  return schema.description ?? (hasInner(schema) ? describedBy(innerOf(schema)) : undefined);
}

function membersOf(schema: z.ZodType): z.ZodType[] {
  if (hasInner(schema)) return membersOf(innerOf(schema));
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => membersOf(option as z.ZodType));
  return [schema];
}

type Wrapper = z.ZodDefault | z.ZodPrefault | z.ZodOptional | z.ZodNullable;

function hasInner(schema: z.ZodType): schema is Wrapper {
  return [z.ZodDefault, z.ZodPrefault, z.ZodOptional, z.ZodNullable].some((kind) => schema instanceof kind);
}

function innerOf(schema: Wrapper): z.ZodType {
  return schema.unwrap() as z.ZodType;
}

function asFlagText(description: string | undefined): string | undefined {
  const [sentence] = description?.split(/(?<=[.:])\s/) ?? [];
  if (sentence === undefined) return undefined;
  const text = sentence.replace(/[.:]$/, '');
  // A word in capitals, or with one inside, is a name.
  return /^[A-Z][a-z]*\b/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
