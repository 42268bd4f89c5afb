import { programHelp } from '@trainyard/shared/commandLine/help';
import { nearestName } from '@trainyard/shared/nearestName';
import { USER_ERRORS, UserError } from '@trainyard/shared/commandLine/userError';
import { type CommandContext, EXIT } from './commands/command.js';
import { commandOf, COMMANDS, PROGRAM } from './commands/program.js';
import { readConfig } from './config.js';
import { plain } from './watch/layout.js';
import { Terminal } from './watch/terminal.js';

/** How long what a command left open may still take, once it was interrupted. */
const LEAVE_MS = 1_000;

/** Runs `trainyard` with the process's arguments and sets its exit code. */
export async function runCli(): Promise<void> {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      // Whoever asks twice does not want to wait.
      if (interruption.signal.aborted) process.exit(EXIT.interrupted);
      interruption.abort(new Error(`stopped by ${signal}`));
      // Clients whose service is gone fail once more when they are closed, where nobody waits for them any longer.
      process.on('unhandledRejection', (reason) => note(`left as it was: ${messageOf(reason)}`));
    });
  // Whoever read the output has seen enough: as SIGPIPE would, but what runs is ended in order.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    interruption.abort(error);
  });
  try {
    const config = readConfig();
    const terminal = new Terminal(process.stdout, config.noColor);
    const context = { config, cwd: process.cwd(), terminal, note, interrupted: interruption.signal };
    process.exitCode = await runCommand(process.argv.slice(2), context);
    // Connections to what is gone are tried again for ever, and keep a process that has nothing left to do.
    if (interruption.signal.aborted) setTimeout(() => process.exit(), LEAVE_MS).unref();
  } catch (error) {
    note(explain(error));
    process.exitCode = exitCodeOf(error);
  }
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

/** Lines of it may quote data, whose other control characters are no business of the terminal. */
function note(text: string): void {
  process.stderr.write(`${text.split('\n').map(plain).join('\n')}\n`);
}

/** Runs one command line and returns its exit code; what goes wrong is said by `context.note`. */
export async function runCommand(argv: readonly string[], context: CommandContext): Promise<number> {
  const [name] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    context.terminal.draw(programHelp(PROGRAM));
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  const found = commandOf(argv);
  if (!found) {
    const names = [...COMMANDS.keys()];
    const nearest = nearestName(name, names);
    context.note(
      `there is no command "${name}"; allowed are ${names.join(', ')}` +
        (nearest === undefined ? '' : `; did you mean ${nearest}?`),
    );
    return EXIT.usage;
  }
  try {
    return await found.command.run(found.rest, context);
  } catch (error) {
    context.note(explain(error));
    if (error instanceof UserError && error.code === 'wrong-arguments')
      context.note(`trainyard ${found.name} --help tells more`);
    return exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  return error instanceof UserError ? USER_ERRORS[error.code].exitCode : EXIT.failed;
}

/** What is expected to go wrong is explained by its message; anything else is a bug, and its stack helps to find it. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof UserError ? error.message : (error.stack ?? error.message);
}
