/** What the parser says of a value that is not as its schema has it, in the words of the project. */
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;
/** The value that was parsed; undefined where it is not to be told. */
export type Given = { value: unknown } | undefined;

/** How the types of JSON are called. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object of keys and values',
  record: 'an object of names and values',
  array: 'a list',
  null: 'null',
};

const FORMATS: Readonly<Record<string, string>> = {
  date: 'a day that there is, as in 2026-10-01',
  datetime: 'a time with its offset, as in 2026-10-01T00:00:00Z',
};

/** `must be a whole number, and is "3"`. A mistake that its schema has a sentence of its own for has that. */
export function mistakeInWords(issue: Issue, given: Given): string {
  const needed = neededInWords(issue);
  return needed === undefined ? issue.message : mustBe(needed, given);
}

/** `must be a text or a number, and is null`, where each of several forms lacks the same value; undefined where they differ more. */
export function choiceInWords(forms: readonly (readonly Issue[])[], given: Given): string | undefined {
  const needed = forms.map(([only, ...others]) =>
    only && others.length === 0 && only.path.length === 0 ? neededInWords(only) : undefined,
  );
  return needed.every((one) => one !== undefined)
    ? mustBe([...new Set(needed)].join(' or '), given)
    : undefined;
}

function mustBe(needed: string, given: Given): string {
  if (!given) return `must be ${needed}`;
  if (given.value === undefined) return `is missing: it must be ${needed}`;
  return `must be ${needed}, and is ${valueInWords(given.value)}`;
}

/** Behind "must be": `a whole number`, `5 or more`, `one of "a", "b"`; undefined where the schema has said it itself. */
function neededInWords(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.startsWith('Invalid input') ? TYPES[issue.expected] : undefined;
    case 'invalid_value': {
      const values = issue.values.map((value) => JSON.stringify(value)).join(', ');
      if (!issue.message.startsWith('Invalid ')) return undefined;
      return issue.values.length === 1 ? values : `one of ${values}`;
    }
    case 'invalid_format':
      return issue.message.startsWith('Invalid ISO') ? FORMATS[issue.format] : undefined;
    case 'too_small':
      return issue.message.startsWith('Too small')
        ? boundInWords(issue, Number(issue.minimum), LEAST)
        : undefined;
    case 'too_big':
      return issue.message.startsWith('Too big')
        ? boundInWords(issue, Number(issue.maximum), MOST)
        : undefined;
    default:
      return undefined;
  }
}

const LEAST = { inclusive: 'or more', exclusive: 'above' } as const;
const MOST = { inclusive: 'or less', exclusive: 'below' } as const;

function boundInWords(
  { origin, inclusive }: { origin: string; inclusive?: boolean | undefined },
  bound: number,
  words: typeof LEAST | typeof MOST,
): string | undefined {
  if (origin === 'number' || origin === 'int')
    return inclusive === false ? `${words.exclusive} ${bound}` : `${bound} ${words.inclusive}`;
  if (origin === 'string')
    return `a text of ${bound} ${bound === 1 ? 'character' : 'characters'} ${words.inclusive}`;
  if (origin === 'array') return `a list of ${bound} ${words.inclusive}`;
  return undefined;
}

/** As JSON where that is short; a long text, a list or an object by its kind and size. */
function valueInWords(given: unknown): string {
  if (Array.isArray(given)) return `a list of ${given.length}`;
  if (typeof given === 'object' && given !== null) return 'an object';
  if (typeof given === 'string' && given.length > MOST_SHOWN) return `a text of ${given.length} characters`;
  return JSON.stringify(given) ?? String(given);
}

/** Longer texts are not repeated. */
const MOST_SHOWN = 60;
