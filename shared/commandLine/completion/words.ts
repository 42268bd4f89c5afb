/** What a shell can complete of a program: read off its table of commands, so that no shell knows more than `--help`. */
import { allFlags, type CommandTable, type ProgramTable } from '../commandTable.js';
import { choicesOf, type Flag } from '../flags.js';

/** What follows a flag, or stands in a place: certain words, a file, or something that nobody can complete. */
export type Completed = { words: readonly string[] } | 'file' | 'other';

export interface CompletedFlag {
  /** Without the dashes. */
  name: string;
  short: string | undefined;
  description: string;
  /** Undefined of a switch. */
  value: Completed | undefined;
}

export interface CompletedCommand {
  /** The words behind the program's name: one, or two. */
  words: readonly string[];
  summary: string;
  flags: readonly CompletedFlag[];
  /** What the first argument may be; a file where nothing is known of it, for it may be one. */
  first: Completed;
}

export function completedCommands({ name, commands }: ProgramTable): CompletedCommand[] {
  return commands.map((table) => ({
    words: table.name.slice(name.length + 1).split(' '),
    summary: plainText(table.summary),
    flags: allFlags(table).map(([flag, declared]) => ({
      name: flag,
      short: declared.short,
      description: plainText(declared.description),
      value: declared.value === undefined ? undefined : completedValue(declared),
    })),
    first: firstOf(table),
  }));
}

function firstOf({ positionals }: CommandTable): Completed {
  const [first] = Object.values(positionals);
  return first === undefined ? 'other' : completedValue(first);
}

const FILES = /FILE|DIR|FOLDER|PATH/;

function completedValue(declared: Pick<Flag, 'schema'> & { value?: string; description: string }): Completed {
  const words = choicesOf(declared);
  if (words.length > 0) return { words };
  return FILES.test(declared.value ?? '') ? 'file' : 'other';
}

/** Descriptions stand in quotes of a shell: what ends these, or begins a substitution, is left out. */
function plainText(text: string): string {
  return text.replaceAll(/[`'"\\$]/g, '').replaceAll(/\s+/g, ' ');
}
