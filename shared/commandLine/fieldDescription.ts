import { z } from 'zod';

/**
 * The first sentence of what a schema's `.meta` says of the field at `path`, as the description of a flag. Of the members of a
 * union, the first one that says something of the field is asked. Throws where none does.
 */
export function fieldDescription(schema: z.ZodType, path: readonly string[]): string {
  for (const field of fieldsAt(schema, path)) {
    const description = describedBy(field);
    if (description !== undefined) return asFlagText(description);
  }
  throw new Error(`the schema does not describe ${path.join('.')}`);
}

/** The words that the field at `path` may be, of all members of unions on the way; empty where it is more than certain words. */
export function fieldChoices(schema: z.ZodType, path: readonly string[]): string[] {
  return fieldsAt(schema, path)
    .flatMap(membersOf)
    .flatMap((member) => {
      if (member instanceof z.ZodEnum) return member.options.map(String);
      return member instanceof z.ZodLiteral ? [...member.values].map(String) : [];
    });
}

function fieldsAt(schema: z.ZodType, path: readonly string[]): z.ZodType[] {
  const [name, ...rest] = path;
  if (name === undefined) return [schema];
  return membersOf(schema)
    .flatMap((member) => (member instanceof z.ZodObject ? [member.shape[name] as z.ZodType | undefined] : []))
    .flatMap((field) => (field ? fieldsAt(field, rest) : []));
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

function asFlagText(description: string): string {
  const [sentence = description] = description.split(/(?<=[.:])\s/);
  const text = sentence.replace(/[.:]$/, '');
  // A word in capitals, or with one inside, is a name.
  return /^[A-Z][a-z]*\b/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
