import { once } from 'node:events';
import { resolve } from 'node:path';
import { DEFAULT_DIRECTORY, DEFAULT_PORT } from '../config.js';
import { openEmulators } from '../host/emulators/openEmulators.js';
import { type Host, startHost } from '../host/host.js';
import { openOneMachine } from '../host/oneMachine.js';
import { trainerCommand } from '../host/trainerCommand.js';
import { type Command, EXIT, stringValue, wholeValue, type World } from './command.js';

export const up: Command = {
  summary: 'Serves a Trainyard on this machine until Ctrl-C.',
  usage: '[--port N] [--directory DIR] [--emulators]',
  options: {
    port: {
      type: 'string',
      short: 'p',
      value: 'N',
      help: `${DEFAULT_PORT} unless given; 0 takes any free one`,
    },
    directory: {
      type: 'string',
      value: 'DIR',
      help: `where runs, models and the callback secret are kept, ${DEFAULT_DIRECTORY} unless given`,
    },
    emulators: {
      type: 'boolean',
      help: 'keeps runs in the Firestore emulator and events in the Pub/Sub emulator of the Google Cloud SDK',
    },
  },
  examples: [
    'trainyard up',
    'trainyard up --port 9000 --directory /srv/trainyard',
    'trainyard up --emulators',
  ],
  positionals: { least: 0, most: 0 },
  async run({ values }, world) {
    const host = await startHost({
      directory: resolve(world.cwd, stringValue(values, 'directory') ?? DEFAULT_DIRECTORY),
      port: wholeValue(values, 'port', 0, 65_535) ?? DEFAULT_PORT,
      openColumn: values['emulators'] === true ? openEmulators : openOneMachine,
      trainerCommand: trainerCommand(),
      trainerEnvironment: { ...world.config.trainerEnvironment, TRAINYARD_DATA_BASE: world.cwd },
      notifications: world.config.notifications,
      otlpEndpoint: world.config.otlpEndpoint,
      tell: (line) => world.terminal.draw([line]),
    });
    world.terminal.draw([
      `Trainyard serves at ${host.url}`,
      `  data       ${host.directory.root}`,
      ...host.notes.map((note) => `  ${note}`),
      '  start one  trainyard start --model ID --spec FILE --watch',
      '  stop       Ctrl-C',
    ]);
    await serveUntilInterrupted(host, world);
    return EXIT.ok;
  },
};

/** Serves until Ctrl-C or SIGTERM, then closes. Trainers that run go on, and the next host picks them up. */
export async function serveUntilInterrupted(host: Host, world: World): Promise<void> {
  if (!world.interrupted.aborted) await once(world.interrupted, 'abort');
  const open = await host.openRuns();
  world.terminal.draw(['stopping …']);
  await host.stop();
  if (open.length === 0) return;
  world.terminal.draw([
    `stopped; ${open.length === 1 ? 'a run goes' : `${open.length} runs go`} on without the host: ${open.join(', ')}`,
    'start it again on the same port and directory to see their results: their reports wait for it',
  ]);
}
