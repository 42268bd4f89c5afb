import { parseArgs } from 'node:util';
import { ApiError, UnreachableError } from './client/apiError.js';
import { cancel } from './commands/cancel.js';
import { deploy } from './commands/deploy.js';
import { retrain } from './commands/retrain.js';
import { retry } from './commands/retry.js';
import { type Command, CommandError, EXIT, UsageError, type World } from './commands/command.js';
import { commandHelp, overview } from './commands/help.js';
import { cost } from './commands/cost.js';
import { demo } from './commands/demo.js';
import { doctor } from './commands/doctor.js';
import { list } from './commands/list.js';
import { logs } from './commands/logs.js';
import { reproduce } from './commands/reproduce.js';
import { sample } from './commands/sample.js';
import { start } from './commands/start.js';
import { up } from './commands/up.js';
import { watch } from './commands/watch.js';
import { ConfigError, readConfig } from './config.js';
import { EmulatorMissingError } from './host/emulators/cloudSdk.js';
import { PortError } from './host/functionServer.js';
import { DirectoryError, DirectoryInUseError } from './host/hostLock.js';
import { TrainerMissingError } from './host/trainerCommand.js';
import { Terminal } from './watch/terminal.js';

const COMMANDS: Readonly<Record<string, Command>> = {
  up,
  start,
  watch,
  list,
  cancel,
  retry,
  retrain,
  reproduce,
  logs,
  cost,
  sample,
  demo,
  deploy,
  doctor,
};

/** Runs `trainyard` with the process's arguments and sets its exit code. */
export async function runCli(): Promise<void> {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      // Whoever asks twice does not want to wait.
      if (interruption.signal.aborted) process.exit(EXIT.interrupted);
      interruption.abort(new Error(`stopped by ${signal}`));
    });
  // Whoever read the output has seen enough: as SIGPIPE would, but what runs is ended in order.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    interruption.abort(error);
  });
  try {
    const config = readConfig();
    const terminal = new Terminal(process.stdout, config.noColor);
    const world = { config, cwd: process.cwd(), terminal, note, interrupted: interruption.signal };
    process.exitCode = await runCommand(process.argv.slice(2), world);
  } catch (error) {
    note(explain(error));
    process.exitCode = error instanceof ConfigError ? EXIT.usage : EXIT.failed;
  }
}

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Runs one command line and returns its exit code; what goes wrong is told by `world.note`. */
export async function runCommand(argv: readonly string[], world: World): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    world.terminal.draw(overview(COMMANDS));
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    world.note(`there is no command "${name}"; allowed are ${Object.keys(COMMANDS).join(', ')}`);
    return EXIT.usage;
  }
  try {
    const { values, positionals } = parse(command, rest);
    if (values['help'] === true) {
      world.terminal.draw(commandHelp(name, command));
      return EXIT.ok;
    }
    const { least, most } = command.positionals;
    if (positionals.length < least || positionals.length > most)
      throw new UsageError(`write: trainyard ${name} ${command.usage}`);
    return await command.run({ values, positionals }, world);
  } catch (error) {
    world.note(explain(error));
    if (!(error instanceof UsageError)) return EXIT.failed;
    world.note(`trainyard ${name} --help tells more`);
    return EXIT.usage;
  }
}

function parse(command: Command, args: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { help: _help, value: _value, ...option }]) => [
      name,
      option,
    ]),
  );
  try {
    return parseArgs({
      args: [...args],
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
  } catch (error) {
    // parseArgs throws nothing but mistakes of the command line, in words for its user.
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

const EXPECTED = [
  ApiError,
  UnreachableError,
  UsageError,
  CommandError,
  ConfigError,
  DirectoryError,
  DirectoryInUseError,
  PortError,
  TrainerMissingError,
  EmulatorMissingError,
];

/** What is expected to go wrong is told by its message; anything else is a bug, and its stack helps to find it. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return EXPECTED.some((kind) => error instanceof kind) ? error.message : (error.stack ?? error.message);
}
