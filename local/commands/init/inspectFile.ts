/** What the trainer, as a process of this machine, finds in a file of data. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { inspectionSchema, type Inspection } from '@trainyard/shared/profile/inspection';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { trainerCommand } from '../../host/trainerCommand.js';
import type { CommandContext } from '../command.js';

/** Fails with a `UserError` that has what the trainer says of a file that it cannot read. */
export async function inspectFile(
  file: string,
  { cwd, config, interrupted }: Pick<CommandContext, 'cwd' | 'config' | 'interrupted'>,
): Promise<Inspection> {
  const [program = '', ...args] = trainerCommand();
  const child = spawn(program, [...args, '--inspect', file], {
    cwd,
    env: config.trainerEnvironment,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: interrupted,
  });
  const [[code, signal], printed, said] = await Promise.all([
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  if (code === 0) return inspectionSchema.parse(JSON.parse(printed));
  const ended = signal === null ? `exit code ${code}` : `it was ended by ${signal}`;
  throw new UserError('wrong-arguments', said.trim() || `${file} could not be looked at: ${ended}`);
}
