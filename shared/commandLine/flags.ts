/** How flags and positional arguments are declared, and what types their values have. */
import { z } from 'zod';

/**
 * One flag. A schema that takes `undefined`, such as an optional one or one with a default, makes a flag that may be left out;
 * any other is required. Of the default, `--help` and the reference page tell by themselves, and of the choices of an enum.
 */
export interface Flag {
  /** What the flag says or does: begins in lower case, and has no full stop at its end. */
  readonly description: string;
  /** What stands for the value in help, such as `FILE`. A flag without it is a switch: it takes no value. */
  readonly value?: string;
  /** One letter. */
  readonly short?: string;
  /** May be given several times: the schema is that of a list. */
  readonly multiple?: true;
  /** Reads the value that is written; any text, which may be left out, unless given. */
  readonly schema?: z.ZodType<unknown, string | undefined> | z.ZodType<unknown, string[] | undefined>;
  /** The heading above the flag in help; "Options" unless given. */
  readonly group?: string;
}
export type Flags = Readonly<Record<string, Flag>>;

/** One positional argument. A schema that takes `undefined` makes one that may be left out, behind those that may not. */
interface Positional {
  /** What stands for it in help, such as `RUN`. */
  readonly value: string;
  readonly description: string;
  /** Takes all the rest of the arguments: the last one, whose schema is that of a list. */
  readonly multiple?: true;
  /** Any text, which is required, unless given. */
  readonly schema?: z.ZodType<unknown, string | undefined> | z.ZodType<unknown, string[] | undefined>;
}
export type Positionals = Readonly<Record<string, Positional>>;

type ValueOf<F> = F extends { schema: infer S extends z.ZodType }
  ? z.output<S>
  : F extends { value: string }
    ? string | undefined
    : boolean;

/** What a command line gives for the flags. */
export type FlagValues<F extends Flags> = { readonly [K in keyof F]: ValueOf<F[K]> };

/** What a command line gives: a value for each flag, and one for each positional argument. */
export type Values<P extends Positionals, F extends Flags> = FlagValues<F> & {
  readonly [K in keyof P]: P[K] extends { schema: infer S extends z.ZodType } ? z.output<S> : string;
};

/** A whole number from `least` to `most`; `1_000` is read as 1000. */
export function wholeNumber(least: number, most: number) {
  return z.string().transform((text, context) => {
    const digits = text.replaceAll('_', '');
    const number = Number(digits);
    if (/^\d+$/.test(digits) && number >= least && number <= most) return number;
    context.addIssue({ code: 'custom', message: `allowed is a whole number from ${least} to ${most}` });
    return z.NEVER;
  });
}

/**
 * Whether an argument whose value stands so in help names a file or a folder. An empty one is none: it would mean the folder that
 * one is in, as where a variable of a shell is empty.
 */
export function isPath(value: string | undefined): boolean {
  return /\b(FILE|DIR|PATH)\b/.test(value ?? '');
}

/** Pairs of names and values, given several times: each name once, for of two values one would be left out unsaid. */
export function pairs<T>(schema: z.ZodType<[string, T], string>) {
  return z
    .array(schema)
    .superRefine((given, context) => {
      for (const [i, [name]] of given.entries())
        if (given.findIndex(([other]) => other === name) !== i)
          context.addIssue({ code: 'custom', path: [i], message: `${name} is given twice: write it once` });
    })
    .default([]);
}

/** Words with commas between, as a list; it is not checked what they are. */
export const commaSeparated = z.string().transform((text) => text.split(',').map((word) => word.trim()));

/** The default of a flag, where that is a word or a number; undefined where it has none, or only an empty list. */
export function defaultOf({ schema }: Flag): string | number | undefined {
  const standard: unknown = schema instanceof z.ZodDefault ? schema.def.defaultValue : undefined;
  return typeof standard === 'string' || typeof standard === 'number' ? standard : undefined;
}

/** The words that a flag allows; an empty list where it allows more than certain words. */
export function choicesOf({ schema }: Flag): readonly string[] {
  let inner: unknown = schema;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodOptional) inner = inner.unwrap();
  return inner instanceof z.ZodEnum ? inner.options.map(String) : [];
}

/** Whether a command line without the flag is refused. */
export function isRequired({ schema }: Flag): boolean {
  return schema !== undefined && !schema.safeParse(undefined).success;
}

/** Whether a command line without the argument is refused. */
export function isRequiredArgument({ schema }: Positionals[string]): boolean {
  return schema === undefined || !schema.safeParse(undefined).success;
}
