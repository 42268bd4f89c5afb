import { commandTable, type CommandTable } from '@trainyard/shared/commandLine/commandTable';
import { type Flags, type Positionals, type Values } from '@trainyard/shared/commandLine/flags';
import { commandHelp } from '@trainyard/shared/commandLine/help';
import { parseArguments } from '@trainyard/shared/commandLine/parseArguments';
import { modelIdSchema } from '@trainyard/shared';
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
  /** Resolves to the exit code. Throws `UsageError` when the arguments are wrong. */
  run(args: readonly string[], context: CommandContext): Promise<number>;
}

export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

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

/** The argument of each command that is about one run. */
export const runArgument = {
  value: 'RUN',
  description: 'the run’s id, or its name, such as `shop#3`',
} as const;
