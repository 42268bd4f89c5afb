/** What `--help` prints. */
import { allFlags, type CommandTable, type ProgramTable } from './commandTable.js';
import { choicesOf, defaultOf, isRequired, isRequiredArgument, type Flag } from './flags.js';

const WIDTH = 110;
const OPTIONS = 'Options';

/** `trainyard start --model ID --spec FILE [options]`: what must be there, in the order of the table. */
export function usageOf({ name, positionals, flags }: CommandTable): string {
  const required = Object.entries(flags).filter(([, flag]) => isRequired(flag));
  return [
    name,
    ...Object.values(positionals).map((argument) => {
      const written = `${argument.value}${argument.multiple ? ' …' : ''}`;
      return isRequiredArgument(argument) ? written : `[${written}]`;
    }),
    ...required.map(([flag, { value }]) => `--${flag} ${value}`),
    ...(required.length < Object.keys(flags).length ? ['[options]'] : []),
  ].join(' ');
}

/** The lines of a command's help, each within `width` characters as far as its words allow. */
export function commandHelp(table: CommandTable, width = WIDTH): string[] {
  const groups = groupsOf(table);
  const flagNames = (entries: readonly [string, Flag][]) =>
    entries.map(([name, flag]) => writtenFlag(name, flag));
  const indent = Math.min(30, 4 + Math.max(...flagNames(allFlags(table)).map((text) => text.length)));
  const positionals = Object.values(table.positionals);
  return [
    `Usage: ${usageOf(table)}`,
    '',
    ...wrapped(table.summary, width),
    ...(positionals.length > 0 ? [''] : []),
    ...positionals.flatMap(({ value, description }) => entry(value, description, indent, width)),
    ...[...groups].flatMap(([title, entries]) => [
      '',
      title,
      ...entries.flatMap(([name, flag]) => entry(writtenFlag(name, flag), flagText(flag), indent, width)),
    ]),
    ...notesOf(table).flatMap((note) => ['', ...wrapped(note, width)]),
    '',
    'Examples',
    ...table.examples.map((example) => `  ${example}`),
  ];
}

/** The lines of a program's help: its commands, a line each. */
export function programHelp(program: ProgramTable, width = WIDTH): string[] {
  const { name, summary, commands } = program;
  const names = commands.map((command) => command.name.slice(name.length + 1));
  const longest = Math.max(...names.map((command) => command.length));
  return [
    `Usage: ${name} COMMAND [options]`,
    '',
    summary,
    '',
    ...commands.map((command, i) => `  ${(names[i] ?? '').padEnd(longest)}  ${command.summary}`),
    '',
    `${name} COMMAND --help tells the options of each.`,
    ...notesOf(program).flatMap((note) => wrapped(note, width)),
  ];
}

/** What stands below the flags or commands: the notes of the table, and its exit codes in one line. */
export function notesOf({
  notes = [],
  exitCodes = [],
}: Pick<CommandTable, 'notes' | 'exitCodes'>): readonly string[] {
  if (exitCodes.length === 0) return notes;
  return [...notes, `Exit codes: ${exitCodes.map(({ code, summary }) => `${code} ${summary}`).join(', ')}.`];
}

/** The flags below their headings, both in the order of the table; `--help` is among the options. */
export function groupsOf(table: CommandTable): Map<string, [string, Flag][]> {
  const groups = new Map<string, [string, Flag][]>();
  for (const [name, flag] of allFlags(table)) {
    const title = flag.group ?? OPTIONS;
    groups.set(title, [...(groups.get(title) ?? []), [name, flag]]);
  }
  return groups;
}

/** `-m, --model ID` */
export function writtenFlag(name: string, { short, value }: Flag): string {
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
}

/** What a flag does, the words that it allows, and what holds without it. */
export function flagText(flag: Flag): string {
  const choices = choicesOf(flag);
  const standard = defaultOf(flag);
  return [
    flag.description,
    ...(choices.length > 0 ? [`: ${choices.join(', ')}`] : []),
    ...(isRequired(flag) ? [' (required)'] : standard !== undefined ? [` (default ${standard})`] : []),
  ].join('');
}

function entry(left: string, text: string, indent: number, width: number): string[] {
  const lines = wrapped(text, width - indent).map((line) => `${' '.repeat(indent)}${line}`);
  // What is too long for its column has the text below it.
  if (left.length + 4 > indent) return [`  ${left}`, ...lines];
  const [first = '', ...rest] = lines;
  return [`  ${left}`.padEnd(indent) + first.slice(indent), ...rest];
}

function wrapped(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
