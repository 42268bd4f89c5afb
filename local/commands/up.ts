import { once } from 'node:events';
import { resolve } from 'node:path';
import { DEFAULT_DIRECTORY, DEFAULT_PORT } from '../config.js';
import type { Host } from '../host/host.js';
import { openAddress } from '../openAddress.js';
import { withinMs } from '../host/withinMs.js';
import { trainerCommand } from '../host/trainerCommand.js';
import { wholeNumber } from '@trainyard/shared/commandLine/flags';
import { z } from 'zod';
import { type CommandContext, defineCommand, EXIT } from './command.js';

export const up = defineCommand(
  {
    name: 'trainyard up',
    summary: 'Serves a Trainyard on this machine until Ctrl-C.',
    positionals: {},
    flags: {
      port: {
        short: 'p',
        value: 'N',
        description: 'where it listens; 0 takes any free port',
        schema: wholeNumber(0, 65_535).default(DEFAULT_PORT),
      },
      directory: {
        value: 'DIR',
        description: 'where runs, models and the callback secret are kept',
        schema: z.string().default(DEFAULT_DIRECTORY),
      },
      open: { description: 'opens its page in your browser' },
      emulators: {
        description:
          'keeps runs in the Firestore emulator and events in the Pub/Sub emulator of the Google Cloud SDK',
      },
    },
    examples: [
      'trainyard up',
      'trainyard up --open',
      'trainyard up --port 9000 --directory /srv/trainyard',
      'trainyard up --emulators',
    ],
  },
  async (values, context) => {
    // All functions load with the host, and Google's clients with the emulators: commands that need none start in half the time.
    const { startHost } = await import('../host/host.js');
    const openPorts = values.emulators
      ? (await import('../host/emulators/openEmulators.js')).openEmulators
      : (await import('../host/oneMachine.js')).openOneMachine;
    const host = await startHost({
      directory: resolve(context.cwd, values.directory),
      port: values.port,
      openPorts,
      trainerCommand: trainerCommand(),
      trainerEnvironment: { ...context.config.trainerEnvironment, TRAINYARD_DATA_BASE: context.cwd },
      notifications: context.config.notifications,
      mlflow: context.config.mlflow,
      allowedOrigins: context.config.allowedOrigins,
      otlpEndpoint: context.config.otlpEndpoint,
      print: (line) => context.terminal.draw([line]),
    });
    context.terminal.draw([
      `Trainyard serves at ${host.url}`,
      `  data       ${host.directory.root}`,
      ...host.notes.map((note) => `  ${note}`),
      ...(context.config.mlflow ? [`  MLflow     runs are written to ${context.config.mlflow.uri}`] : []),
      '  start one  trainyard start --model ID --spec FILE --watch',
      '  stop       Ctrl-C',
    ]);
    if (values.open)
      await openAddress(host.url).catch((error: unknown) =>
        context.note(error instanceof Error ? error.message : String(error)),
      );
    await serveUntilInterrupted(host, context);
    return EXIT.ok;
  },
);

/** How long the store is asked which runs are open. */
const ASK_MS = 2_000;

/** Serves until Ctrl-C or SIGTERM, then closes. Trainers that run go on, and the next host picks them up. */
export async function serveUntilInterrupted(
  host: Host,
  context: Pick<CommandContext, 'interrupted' | 'note'> & {
    terminal: Pick<CommandContext['terminal'], 'draw'>;
  },
): Promise<void> {
  if (!context.interrupted.aborted) await once(context.interrupted, 'abort');
  context.terminal.draw(['stopping …']);
  // A store that is gone would let nobody leave.
  let open: string[] = [];
  await withinMs(
    ASK_MS,
    host.openRuns().then((names) => void (open = names)),
    (reason) => context.note(`which runs are open is not known: ${reason}`),
  );
  await host.stop();
  if (open.length === 0) return;
  context.terminal.draw([
    `stopped; ${open.length === 1 ? 'a run goes' : `${open.length} runs go`} on without the host: ${open.join(', ')}`,
    'start it again on the same port and directory to see their results: their reports wait for it',
  ]);
}
