import { z } from 'zod';

/** RFC 9457 problem details. `detail` says what was given, what is allowed and what to do. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** RFC 6901 JSON pointer of a zod path. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Each issue as a pointer and a sentence. */
export function problemErrors(error: z.ZodError): NonNullable<Problem['errors']> {
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          pointer: jsonPointer([...issue.path, key]),
          detail: `unknown key "${key}": remove it or correct its spelling`,
        }))
      : [{ pointer: jsonPointer(issue.path), detail: issue.message }],
  );
}
