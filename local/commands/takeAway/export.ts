import { lstat, readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { makeFolder } from '@trainyard/shared/makeFolder';
import type { LogLine, RunView } from '@trainyard/shared';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { z } from 'zod';
import type { TrainyardClient } from '../../client/trainyardClient.js';
import { cannotWrite } from '../../cannotWrite.js';
import { bringCheckpoints } from '../../takeAway/checkpoints.js';
import { downloadArtifacts, downloadAttachments, type Progress } from '../../takeAway/downloadArtifacts.js';
import { folderNameOf, writeAround, type TakenAway } from '../../takeAway/takeAway.js';
import { writeZip, type ZipEntry } from '../../takeAway/zipWriter.js';
import { madeBeside, putNew } from '../../unfinished.js';
import { type CommandContext, defineCommand, EXIT, printJson } from '../command.js';
import { connect, connectionFlags, findRun } from '../connect.js';

export const exportRun = defineCommand(
  {
    name: 'trainyard export',
    summary: 'Writes all that a completed run has left behind into a folder or a zip file.',
    positionals: {
      run: { value: 'RUN', description: 'the run’s id, or its name, such as `shop#3`' },
    },
    flags: {
      to: {
        value: 'DIR|FILE.zip',
        description:
          'where to: a folder, in which one with the name and time of the run is made, or a file whose name ends in .zip',
        schema: z.string(),
      },
      json: { description: 'prints what was written, and what was left out, as JSON' },
      ...connectionFlags,
    },
    examples: ['trainyard export shop#3 --to exports', 'trainyard export shop#3 --to shop-3.zip'],
  },
  async (values, context) => {
    if (OTHER_ARCHIVES.test(values.to))
      throw new UserError(
        'wrong-arguments',
        `--to is ${values.to}: of archives only .zip is written. Name a file that ends so, or a folder`,
      );
    const client = await connect(values, context);
    const run = await findRun(client, values.run);
    if (run.status !== 'completed')
      throw new UserError(
        'refused',
        `${run.name} is ${run.status}: only a completed run has a model to take away`,
      );
    const to = resolve(context.cwd, values.to);
    const isZip = to.toLowerCase().endsWith('.zip');
    const name = folderNameOf(run);
    const target = isZip ? to : join(to, name);
    if (await lstat(target).catch(() => undefined)) throw thereAlready(target);
    const taken = await written(
      { target, name, isZip },
      (folder) => fill(folder, client, run, context),
      context,
    );
    if (taken === 'interrupted') {
      context.note(`stopped: nothing was written to ${target}`);
      return EXIT.interrupted;
    }
    const { manifest, checkpoints } = taken;
    if (values.json)
      return printJson(
        {
          runId: run.runId,
          name: run.name,
          path: target,
          modelFiles: manifest.files.length,
          attachments: run.attachments.length,
          checkpoints,
        },
        context,
      );
    context.terminal.draw([
      `${run.name}: ${manifest.files.length} files of the model, ${checkpoints.files} of its checkpoints, README.md and examples are in ${target}`,
      ...(run.attachments.length > 0 ? [`and what was attached: ${run.attachments.length} files`] : []),
      ...(checkpoints.leftOut === null ? [] : [`without checkpoints: ${checkpoints.leftOut}`]),
    ]);
    return EXIT.ok;
  },
);

/** Who names one of these does not mean a folder. */
const OTHER_ARCHIVES = /\.(tar|tgz|gz|bz2|xz|zst|7z|rar)$/i;

interface Target {
  target: string;
  /** Of the folder, in the archive too. */
  name: string;
  isZip: boolean;
}

function thereAlready(target: string): UserError {
  return new UserError(
    'wrong-arguments',
    `${target} is there already: remove it, or name another place with --to`,
  );
}

/** Whoever looks at the target sees all of it or nothing. */
async function written<T>(
  { target, name, isZip }: Target,
  fillFolder: (folder: string) => Promise<T>,
  { interrupted }: Pick<CommandContext, 'interrupted'>,
): Promise<T | 'interrupted'> {
  try {
    await makeFolder(dirname(target));
    return await madeBeside(target, async (unfinished) => {
      const folder = join(unfinished, name);
      const filled = await fillFolder(folder);
      const archive = join(unfinished, 'archive.zip');
      if (isZip) await writeZip(archive, await entriesOf(unfinished, folder), interrupted);
      interrupted.throwIfAborted();
      // Another one may have been faster since the look at the start.
      if (!(await putNew(isZip ? archive : folder, target))) throw thereAlready(target);
      return filled;
    });
  } catch (error) {
    if (interrupted.aborted) return 'interrupted';
    throw cannotWrite(error, target, '--to', 'Nothing is left there');
  }
}

async function fill(
  folder: string,
  client: TrainyardClient,
  run: RunView,
  context: CommandContext,
): Promise<Pick<TakenAway, 'manifest' | 'checkpoints'>> {
  let told = 0;
  const tell = ({ files, of, bytes, ofBytes }: Progress) => {
    const tenth = ofBytes === 0 ? 10 : Math.floor((10 * bytes) / ofBytes);
    if (tenth === told) return;
    told = tenth;
    context.note(`${files} of ${of} files, ${(bytes / 1e6).toFixed(1)} of ${(ofBytes / 1e6).toFixed(1)} MB`);
  };
  const { interrupted: signal } = context;
  await makeFolder(join(folder, 'artifacts'));
  const manifest = await downloadArtifacts(client, run, join(folder, 'artifacts'), {
    signal,
    onProgress: tell,
  });
  await downloadAttachments(client, run, join(folder, 'attachments'), signal);
  const checkpoints = await bringCheckpoints(run, join(folder, 'checkpoints'), signal);
  const epochs = await client.metrics(run.runId);
  signal.throwIfAborted();
  await writeAround(folder, { run, manifest, checkpoints, epochs, log: logOf(client, run.runId) });
  return { manifest, checkpoints };
}

async function* logOf(client: TrainyardClient, runId: string): AsyncGenerator<readonly LogLine[]> {
  let cursor: string | undefined;
  do {
    const page = await client.logs(runId, { cursor });
    yield page.lines;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

/** All files in the folder, with names that begin with the folder's own. */
async function entriesOf(parent: string, folder: string): Promise<ZipEntry[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((path) => ({ path, name: relative(parent, path).split(sep).join('/') }));
}
