import type { Flag, Flags, Positionals } from './flags.js';

/** What the code says that a process ends with. */
export interface ExitCode {
  readonly code: number;
  /** A few words, for `--help`. */
  readonly summary: string;
  /** Whole sentences, for the reference: when a process ends so, and what to do. */
  readonly explanation: string;
}

/** All that is known of a command before it runs: parsing, help and the reference page follow from it. */
export interface CommandTable<P extends Positionals = Positionals, F extends Flags = Flags> {
  /** What is written to run it, such as `trainyard start`. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  readonly positionals: P;
  readonly flags: F;
  /** Whole command lines. */
  readonly examples: readonly string[];
  /** Paragraphs for what no flag says. */
  readonly notes?: readonly string[];
  /** Of a program that has no commands. */
  readonly exitCodes?: readonly ExitCode[];
}

/** Commands under one name. */
export interface ProgramTable {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly CommandTable[];
  readonly notes: readonly string[];
  readonly exitCodes: readonly ExitCode[];
}

/** Declares a command; it only helps TypeScript to see the type of each value. */
export function commandTable<const P extends Positionals, const F extends Flags>(
  table: CommandTable<P, F>,
): CommandTable<P, F> {
  return table;
}

const HELP_FLAG: Flag = { short: 'h', description: 'shows this text' };

/** The flags of a command, with `--help`, which each command has. */
export function allFlags({ flags }: CommandTable): [string, Flag][] {
  return [...Object.entries(flags), ['help', HELP_FLAG]];
}
