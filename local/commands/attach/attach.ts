import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { attachmentPathSchema, MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS, whole } from '@trainyard/shared';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { z } from 'zod';
import { type CommandContext, defineCommand, EXIT, runArgument } from '../command.js';
import { connect, connectionFlags, findRun } from '../connect.js';

export const attach = defineCommand(
  {
    name: 'trainyard attach',
    summary: 'Attaches a file to a run, whether it has ended or not.',
    positionals: {
      run: runArgument,
      file: {
        value: 'FILE',
        description: `the file, of at most ${MAX_ATTACHMENT_BYTES / 2 ** 20} MiB; a run takes ${MAX_ATTACHMENTS}`,
        schema: z.string().optional(),
      },
    },
    flags: {
      as: {
        value: 'PATH',
        description: 'the path that it has among the attachments; its own name unless given',
      },
      replace: { description: 'takes the place of a file of other content that has the path' },
      remove: { value: 'PATH', description: 'takes the file of this path away, instead' },
      json: { description: 'prints what was attached as JSON' },
      ...connectionFlags,
    },
    examples: [
      'trainyard attach shop#3 loss.png',
      'trainyard attach shop#3 notes.md --as review/notes.md --replace',
      'trainyard attach shop#3 --remove review/notes.md',
    ],
  },
  async (values, context) => {
    const { file, remove, as, replace } = values;
    if (file !== undefined && remove !== undefined)
      throw new UserError(
        'wrong-arguments',
        `${file} would be attached, and --remove takes ${remove} away: say one of them; --replace puts a file in the place of another`,
      );
    if (file === undefined && remove === undefined)
      throw new UserError('wrong-arguments', 'name a file to attach, or one to take away by --remove');
    if (remove !== undefined && (as !== undefined || replace))
      throw new UserError(
        'wrong-arguments',
        '--as and --replace are about a file that is attached, not about --remove',
      );
    const sent = file === undefined ? undefined : await sentFile(file, as, context);
    const client = await connect(values, context);
    const run = await findRun(client, values.run);
    if (!sent) {
      await client.detach(run.runId, remove ?? '');
      context.terminal.draw([`${run.name}: ${remove ?? ''} is gone`]);
      return EXIT.ok;
    }
    const options = { replace, signal: context.interrupted };
    const attachment = await client.attach(run.runId, sent.path, sent.content, options);
    context.terminal.draw(
      values.json
        ? [JSON.stringify(attachment)]
        : [
            `${run.name}: ${attachment.path}, ${whole(attachment.bytes)} bytes, sha256:${attachment.sha256}`,
            `${client.url}/api/training-runs/${run.runId}/attachments/${attachment.path.split('/').map(encodeURIComponent).join('/')}`,
          ],
    );
    return EXIT.ok;
  },
);

async function sentFile(
  file: string,
  as: string | undefined,
  { cwd }: Pick<CommandContext, 'cwd'>,
): Promise<{ path: string; content: Buffer<ArrayBuffer> }> {
  const path = attachmentPathSchema.safeParse(as ?? basename(file));
  if (!path.success) {
    const what = as === undefined ? `the name ${basename(file)}` : `--as ${as}`;
    const why = path.error.issues[0]?.message ?? '';
    throw new UserError(
      'wrong-arguments',
      `${what} ${why}${as === undefined ? '; give another by --as' : ''}`,
    );
  }
  const place = resolve(cwd, file);
  try {
    const found = await stat(place);
    if (!found.isFile())
      throw new UserError('wrong-arguments', `${place} is no file: put a folder into an archive first`);
    if (found.size > MAX_ATTACHMENT_BYTES)
      throw new UserError(
        'wrong-arguments',
        `${place} has ${whole(found.size)} bytes, and ${whole(MAX_ATTACHMENT_BYTES)} are taken: put it into a bucket and attach a note that says where`,
      );
    return { path: path.data, content: await readFile(place) };
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UserError('wrong-arguments', `${place} cannot be read: ${why}`, { cause });
  }
}
