import { commandTable, type CommandTable, type ExitCode } from '@trainyard/shared/commandLine/commandTable';
import { type Flags, type Positionals, type Values } from '@trainyard/shared/commandLine/flags';
import { commandHelp } from '@trainyard/shared/commandLine/help';
import { parseArguments } from '@trainyard/shared/commandLine/parseArguments';
import { experimentIdSchema, modelIdSchema } from '@trainyard/shared';
import { z } from 'zod';
import type { Config } from '../config.js';
import type { Terminal } from '../watch/terminal.js';

/** What a command is given besides its arguments. */
export interface CommandContext {
  config: Config;
  /** Where relative paths start. */
  cwd: string;
  /** Standard output: what was asked for. */
  terminal: Terminal;
  /** Writes a line of standard error: what one should know besides. */
  note(line: string): void;
  /** Aborted by Ctrl-C or SIGTERM. */
  interrupted: AbortSignal;
}

export interface Command {
  table: CommandTable;
  /** Resolves to the exit code. Throws `UserError` when the arguments are wrong. */
  run(args: readonly string[], context: CommandContext): Promise<number>;
}

export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

export const EXIT_CODES: readonly ExitCode[] = [
  {
    code: EXIT.ok,
    summary: 'done',
    explanation: 'The command did what was asked. A run that was watched is completed.',
  },
  {
    code: EXIT.failed,
    summary: 'the run failed or was cancelled, or something went wrong',
    explanation:
      'The run that was watched failed or was cancelled, the sweep was cancelled or has no result, a check found an error, or the server or this machine refused. ' +
      'The last lines of standard error say what to do. The same command may succeed once that is done.',
  },
  {
    code: EXIT.usage,
    summary: 'wrong arguments',
    explanation:
      'An argument, a file that it names, or a variable of the environment is wrong, and nothing was started. ' +
      'Correct what the message names; the same command ends the same otherwise.',
  },
  {
    code: EXIT.interrupted,
    summary: 'interrupted',
    explanation:
      'Ctrl-C or SIGTERM ended the command. A run that it watched goes on, and `trainyard watch RUN` shows it again; so does a sweep. Only `demo` and `demo-sweep` cancel what they have started.',
  },
];

/** A command of its table and of what it does with the values, which the table has read. */
export function defineCommand<const P extends Positionals, const F extends Flags>(
  table: CommandTable<P, F>,
  act: (values: Values<P, F>, context: CommandContext) => Promise<number>,
): Command {
  return {
    table: commandTable(table),
    run: async (args, context) => {
      const values = parseArguments(table, args);
      if (values !== 'help') return act(values, context);
      context.terminal.draw(commandHelp(table));
      return EXIT.ok;
    },
  };
}

/** The id of a model, in the words of the command line. */
export const modelArgument = z.string().superRefine((text, context) => {
  const mistake = modelIdSchema.safeParse(text).error?.issues[0];
  if (mistake) context.addIssue({ code: 'custom', message: `a model id ${mistake.message}` });
});

/** The id of an experiment, in the words of the command line. */
export const experimentArgument = z.string().superRefine((text, context) => {
  const mistake = experimentIdSchema.safeParse(text).error?.issues[0];
  if (mistake) context.addIssue({ code: 'custom', message: `an experiment ${mistake.message}` });
});

/** The argument of each command that is about one run. */
export const runArgument = {
  value: 'RUN',
  description: 'the run’s id, or its name, such as `shop#3`',
} as const;

/** Ends a command that was asked for JSON. */
export function printJson(value: object, { terminal }: Pick<CommandContext, 'terminal'>): number {
  terminal.draw([JSON.stringify(value)]);
  return EXIT.ok;
}
