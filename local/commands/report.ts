import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { platform } from 'node:process';
import { pathToFileURL } from 'node:url';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { isRunReference } from '../client/trainyardClient.js';
import { asPath } from '../watch/outcome.js';
import { type CommandContext, defineCommand, EXIT } from './command.js';
import { connect, connectionFlags, findRun } from './connect.js';

const REPORT_FILE = 'report.html';

export const report = defineCommand(
  {
    name: 'trainyard report',
    summary: 'Says where the report of a run is, or opens it.',
    positionals: {
      run: {
        value: 'RUN',
        description: 'the run’s id, or its name, such as `shop#3`; or a folder of its artifacts here',
      },
    },
    flags: {
      open: { description: 'opens the report with the program of this machine for web pages' },
      ...connectionFlags,
    },
    examples: [
      'trainyard report shop#3',
      'trainyard report shop#3 --open',
      'trainyard report artifacts/model',
    ],
  },
  async (values, context) => {
    const place = isRunReference(values.run)
      ? await reportOfRun(values.run, values, context)
      : await reportOfFolder(resolve(context.cwd, values.run));
    context.terminal.draw([place]);
    if (values.open) await opened(place);
    return EXIT.ok;
  },
);

/** A path of this machine, or the URI of the file elsewhere. */
async function reportOfRun(
  reference: string,
  connection: Parameters<typeof connect>[0],
  context: CommandContext,
): Promise<string> {
  const run = await findRun(await connect(connection, context), reference);
  const uri = run.result?.artifacts['report'];
  if (uri !== undefined) return asPath(uri);
  const why = run.result
    ? 'is of a trainer that wrote none'
    : `is ${run.status}, and a report comes with its result`;
  throw new UserError('no-report', `${run.name} has no report: it ${why}`);
}

/** In the folder itself, or in the model's folder below it. */
async function reportOfFolder(folder: string): Promise<string> {
  for (const file of [join(folder, REPORT_FILE), join(folder, 'model', REPORT_FILE)])
    if ((await stat(file).catch(() => undefined))?.isFile()) return file;
  throw new UserError(
    'no-report',
    `there is no ${REPORT_FILE} in ${folder}: give a run's id or name, such as shop#3, or the folder that a trainer has written`,
  );
}

/** The program that opens a page by its address, with its arguments, by the system. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

async function opened(place: string): Promise<void> {
  const address = /^[a-z]+:\/\//.test(place) ? consoleAddress(place) : pathToFileURL(place).href;
  const [program = 'xdg-open', ...before] = OPENERS[platform] ?? ['xdg-open'];
  await new Promise<void>((done, failed) => {
    const child = spawn(program, [...before, address], { detached: true, stdio: 'ignore' });
    child.once('error', (cause) =>
      failed(
        new UserError('cannot-open', `${program} could not be started here: open ${address} yourself`, {
          cause,
        }),
      ),
    );
    child.once('spawn', () => {
      child.unref();
      done();
    });
  });
}

/** A page in a bucket is shown to whoever may read it, once signed in. */
function consoleAddress(uri: string): string {
  return uri.replace(/^gs:\/\//, 'https://storage.cloud.google.com/');
}
