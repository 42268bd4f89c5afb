import { parseArgs } from 'node:util';
import { z } from 'zod';
import { allFlags, type CommandTable } from './commandTable.js';
import { isPath, isRequiredArgument, type Flag, type Flags, type Positionals, type Values } from './flags.js';
import { usageOf } from './help.js';
import { mistakeInWords } from '../http/mistakeWords.js';
import { nearestName } from '../nearestName.js';
import { UserError } from './userError.js';

interface Written {
  positionals: readonly string[];
  /** What was written for each flag, in the order in which it was. */
  flags: ReadonlyMap<string, readonly string[]>;
}

/** The values of a command line, or `help` where that is asked for. Throws `UserError`. */
export function parseArguments<P extends Positionals, F extends Flags>(
  table: CommandTable<P, F>,
  args: readonly string[],
): Values<P, F> | 'help' {
  const written = readWritten(table, args);
  if (written.flags.has('help')) return 'help';
  const positionals = Object.entries(table.positionals);
  const least = positionals.filter(([, argument]) => isRequiredArgument(argument)).length;
  const most = positionals.at(-1)?.[1].multiple ? Infinity : positionals.length;
  if (written.positionals.length < least || written.positionals.length > most)
    throw new UserError('wrong-arguments', `write: ${usageOf(table)}`);
  const values = [
    ...Object.entries(table.flags).map(([name, flag]) => [name, flagValue(name, flag, written)]),
    ...positionals.map(([name, { value, multiple, schema = z.string() }], i) => {
      const given = multiple ? written.positionals.slice(i) : written.positionals[i];
      refuseEmptyPath(value, value, [given].flat());
      return [name, checked(value, schema, given)];
    }),
  ];
  // The entries are those of the table, each read by its own schema.
  return Object.fromEntries(values) as Values<P, F>;
}

/** Such as an id below 0, of which each digit would be taken for a flag. */
const NEGATIVE = /^-\d/;

/** Flags are told apart here and not by a strict `parseArgs`, whose words differ between versions of Node. */
function readWritten(table: CommandTable, args: readonly string[]): Written {
  const known = new Map(allFlags(table));
  const options = Object.fromEntries(
    [...known].map(([name, { value, short }]) => {
      const type = value === undefined ? ('boolean' as const) : ('string' as const);
      return [name, { type, ...(short !== undefined && { short }) }];
    }),
  );
  const { tokens, positionals } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const flags = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const flag = known.get(token.name);
    if (!flag) throw unknownFlag(token.rawName, args[token.index] ?? '', [...known.keys()]);
    flags.set(token.name, [...(flags.get(token.name) ?? []), textOf(token, flag)]);
  }
  return { positionals, flags };
}

/** The text of a flag's value; an empty one for a switch. */
function textOf(
  {
    rawName,
    value,
    inlineValue,
  }: { rawName: string; value?: string | undefined; inlineValue?: boolean | undefined },
  flag: Flag,
): string {
  if (flag.value === undefined) {
    if (value === undefined) return '';
    throw new UserError('wrong-arguments', `${rawName} is a switch: it takes no value, and got "${value}"`);
  }
  // A dash begins the next flag, unless an equals sign says that it is part of the value.
  const isMissing = value === undefined || (inlineValue !== true && /^-./.test(value));
  if (!isMissing) return value;
  throw new UserError(
    'wrong-arguments',
    `${rawName} lacks its value: write ${rawName} ${flag.value}` +
      (value === undefined ? '' : `, or ${rawName}=${value} where that is the value`),
  );
}

function unknownFlag(rawName: string, written: string, names: readonly string[]): UserError {
  if (NEGATIVE.test(written)) {
    return new UserError(
      'wrong-arguments',
      `Unknown option '${written}': where it is no option, write it after all of them, behind two dashes: -- ${written}`,
    );
  }
  const nearest = nearestName(rawName.replace(/^-+/, ''), names);
  return new UserError(
    'wrong-arguments',
    `Unknown option '${rawName}'${nearest === undefined ? '' : `; did you mean --${nearest}?`}`,
  );
}

function flagValue(name: string, flag: Flag, { flags }: Written): unknown {
  const texts = flags.get(name);
  if (flag.value === undefined) return texts !== undefined;
  const schema = flag.schema ?? z.string().optional();
  if (texts === undefined) {
    const absent = schema.safeParse(undefined);
    if (absent.success) return absent.data;
    throw new UserError('wrong-arguments', `--${name} is missing: ${flag.value} is ${flag.description}`);
  }
  if (!flag.multiple && texts.length > 1) {
    throw new UserError(
      'wrong-arguments',
      `--${name} is given ${texts.length} times, as ${texts.map((text) => `"${text}"`).join(' and ')}: it takes one value, so write it once`,
    );
  }
  refuseEmptyPath(`--${name}`, flag.value, texts);
  return checked(`--${name}`, schema, flag.multiple ? texts : texts[0]);
}

/** Such as `--out ""` of a script whose variable is empty. */
function refuseEmptyPath(
  what: string,
  value: string | undefined,
  texts: readonly (string | undefined)[],
): void {
  if (isPath(value) && texts.includes(''))
    throw new UserError(
      'wrong-arguments',
      `${what} is empty: name a ${value?.includes('DIR') ? 'folder' : 'file'}, or leave it out (the folder that you are in is .)`,
    );
}

function checked(what: string, schema: z.ZodType, written: string | readonly string[] | undefined): unknown {
  const parsed = schema.safeParse(written);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue?.path[0];
  const text = Array.isArray(written) && typeof at === 'number' ? String(written[at]) : String(written);
  throw new UserError(
    'wrong-arguments',
    `${what} is "${text}"; ${issue ? allowed(issue) : 'that is not allowed'}`,
  );
}

function allowed(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `allowed are ${issue.values.join(', ')}`;
  const words = mistakeInWords(issue, undefined);
  return words.startsWith('must be ') ? `it ${words}` : words;
}
