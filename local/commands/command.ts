import type { Config } from '../config.js';
import type { Terminal } from '../watch/terminal.js';

/** What a command may use of the world. */
export interface World {
  config: Config;
  /** Where relative paths start. */
  cwd: string;
  /** Standard output: what was asked for. */
  terminal: Terminal;
  /** Standard error, a line: what one should know besides. */
  note(line: string): void;
  /** Aborted by Ctrl-C or SIGTERM. */
  interrupted: AbortSignal;
}

export type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** An option as `util.parseArgs` takes it, with what `--help` says of it; `value` is what stands for its value there. */
export interface Option {
  type: 'string' | 'boolean';
  short?: string;
  multiple?: boolean;
  value?: string;
  help: string;
}

export interface Command {
  /** One line. */
  summary: string;
  /** What follows `trainyard NAME` on the command line. */
  usage: string;
  options: Readonly<Record<string, Option>>;
  examples: readonly string[];
  /** How many positional arguments it takes. */
  positionals: { least: number; most: number };
  /** Resolves to the exit code. Throws `UsageError` when the arguments are wrong. */
  run(args: { values: Values; positionals: readonly string[] }, world: World): Promise<number>;
}

export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** The command line is wrong: says what is, what is allowed, and what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command could not do its work for a reason that the message explains: no stack trace helps. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

export function stringValue(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

export function listValue(values: Values, name: string): string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

/** A whole number from `least` to `most`, or undefined when it is not given. */
export function wholeValue(values: Values, name: string, least: number, most: number): number | undefined {
  const text = stringValue(values, name);
  if (text === undefined) return undefined;
  const digits = text.replaceAll('_', '');
  const number = Number(digits);
  if (/^\d+$/.test(digits) && number >= least && number <= most) return number;
  throw new UsageError(`--${name} is "${text}"; allowed is a whole number from ${least} to ${most}`);
}

/** One of `allowed`, or undefined when it is not given. */
export function choiceValue<T extends string>(
  values: Values,
  name: string,
  allowed: readonly T[],
): T | undefined {
  const text = stringValue(values, name);
  if (text === undefined) return undefined;
  const found = allowed.find((choice) => choice === text);
  if (found === undefined) throw new UsageError(`--${name} is "${text}"; allowed are ${allowed.join(', ')}`);
  return found;
}
