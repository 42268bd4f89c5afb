import { z } from 'zod';
import { jsonPointer } from './jsonPointer.js';
import { described } from '../described.js';
import { nearestKey } from './allowedKeys.js';
import { choiceInWords, type Given, mistakeInWords } from './mistakeWords.js';

/** RFC 9457 problem details. `detail` says what was given, what is allowed and what to do. */
export const problemSchema = z.object({
  type: described(
    z.string(),
    'The kind of the problem, by a URI that ends in its code; the reference of errors has each.',
    'https://trainyard.dev/problems/invalid-request',
  ),
  title: described(z.string(), 'What kind of problem it is, in a few words.', 'Invalid request'),
  status: described(z.int(), 'The status of the answer.', 400),
  detail: described(
    z.string(),
    'What was given, what is allowed, and what to do.',
    'the request has 1 mistake: see errors',
  ),
  errors: described(
    z
      .array(
        z.object({
          pointer: described(
            z.string(),
            'Where in the body the mistake is, as a JSON pointer (RFC 6901).',
            '/spec/training/epochs',
          ),
          detail: described(z.string(), 'What is wrong there.', 'must be 1 or more, and is 0'),
        }),
      )
      .optional(),
    'The mistakes of the body, one by one; only of a body that was refused.',
  ),
});
export type Problem = z.infer<typeof problemSchema>;

type Issue = z.core.$ZodIssue;
type Entry = NonNullable<Problem['errors']>[number];

/**
 * Each issue as a pointer and a sentence. Of a choice between forms, the issues of the form that was most likely meant. `parsed` is
 * what has the mistakes, whose values are told then. Where it was parsed with `KEYS_TOLD`, unknown keys come with the nearest allowed one.
 */
export function problemErrors(error: z.ZodError, parsed?: unknown): Entry[] {
  return error.issues.flatMap((issue) => entriesOf(issue, [], parsed));
}

function entriesOf(issue: Issue, base: readonly PropertyKey[], parsed: unknown): Entry[] {
  const path = [...base, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        pointer: jsonPointer([...path, key]),
        detail: unknownKey(key, nearestKey(key, issue.keys)),
      }));
    case 'invalid_union':
      if ('options' in issue && issue.options)
        return [{ pointer: jsonPointer(path), detail: kindNeeded(issue) }];
      return (
        unionEntries(issue.errors, path, parsed) ?? [{ pointer: jsonPointer(path), detail: issue.message }]
      );
    default:
      return [{ pointer: jsonPointer(path), detail: mistakeInWords(issue, givenAt(parsed, path)) }];
  }
}

function unknownKey(key: string, nearest: string | undefined): string {
  return nearest === undefined
    ? `unknown key "${key}": remove it or correct its spelling`
    : `unknown key "${key}": did you mean "${nearest}"?`;
}

function givenAt(parsed: unknown, path: readonly PropertyKey[]): Given {
  if (parsed === undefined) return undefined;
  const value = path.reduce<unknown>(
    (part, key) =>
      typeof part === 'object' && part !== null && Object.hasOwn(part, key)
        ? Reflect.get(part, key)
        : undefined,
    parsed,
  );
  return { value };
}

/** What has several kinds, each with keys of its own, and says none of them. */
function kindNeeded({
  discriminator,
  options,
}: {
  discriminator?: string | undefined;
  options?: readonly unknown[] | undefined;
}): string {
  const kinds = (options ?? []).map((option) => JSON.stringify(option)).join(', ');
  return `"${discriminator}" says which kind this is, and must be one of ${kinds}`;
}

/** The form with the fewest complaints was meant; where several have as few, all of them are told. */
function unionEntries(
  forms: readonly (readonly Issue[])[],
  path: readonly PropertyKey[],
  parsed: unknown,
): Entry[] | undefined {
  const choice = choiceInWords(forms, givenAt(parsed, path));
  if (choice !== undefined) return [{ pointer: jsonPointer(path), detail: choice }];
  const told = forms.map((issues) => issues.flatMap((issue) => entriesOf(issue, path, parsed)));
  const fewest = Math.min(...told.map((entries) => entries.length));
  const likely = told.filter((entries) => entries.length === fewest);
  if (likely.length === 1) return likely[0];
  const details = new Set(likely.flat().map(({ detail }) => detail));
  return details.size === 0
    ? undefined
    : [{ pointer: jsonPointer(path), detail: [...details].join('; or ') }];
}
