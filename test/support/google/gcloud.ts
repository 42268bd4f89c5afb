/** Whether gcloud takes a command line: by the installed SDK itself where there is one, which needs no network, and by a recorded list. */
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const resultSchema = z.array(
  z.looseObject({
    command_string: z.string().nullable(),
    command_string_no_args: z.string().nullish(),
    success: z.boolean(),
    error_message: z.string().nullish(),
    args_structure: z.unknown(),
  }),
);
export type Parsed = z.infer<typeof resultSchema>[number];

/** Why gcloud is not asked; undefined where it is installed. */
export const missingGcloud: string | undefined = (() => {
  try {
    execFileSync('gcloud', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch (error) {
    return `gcloud does not run here: ${error instanceof Error ? error.message : String(error)}`;
  }
})();
if (missingGcloud) console.warn(`command lines are held against the recorded list alone: ${missingGcloud}`);

/** gcloud's own parser over each line; `gcloud meta lint-gcloud-commands` runs none of them. */
export async function parseByGcloud(lines: readonly string[]): Promise<Parsed[]> {
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-gcloud-'));
  try {
    const file = join(folder, 'commands.json');
    await writeFile(file, JSON.stringify(lines.map((line) => ({ command_string: line }))));
    const { stdout } = await promisify(execFile)(
      'gcloud',
      ['meta', 'lint-gcloud-commands', `--commands-file=${file}`],
      {
        maxBuffer: 1 << 28,
        // Some parsers complete names with it. Nothing is asked of it.
        env: { ...process.env, CLOUDSDK_CORE_PROJECT: 'shop-prod', CLOUDSDK_CORE_DISABLE_PROMPTS: '1' },
      },
    );
    return resultSchema.parse(JSON.parse(stdout));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Long flags of a command, without their values; `--no-` belongs to the flag that it turns off. */
export function flagsOf(command: readonly string[]): string[] {
  return command.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0] ?? '');
}

const RECORD = new URL('../../deploy/gcloudFlags.json', import.meta.url);
const recordSchema = z.object({
  sdk: z.string(),
  commands: z.record(z.string(), z.array(z.string())),
});

/** The flags that commands of the deployment had in one version of the SDK. */
export const recordedFlags = recordSchema.parse(JSON.parse(readFileSync(RECORD, 'utf8')));

/** The recorded command that a line begins with, the longest where several do. */
export function recordedCommand(command: readonly string[]): string | undefined {
  const line = command.join(' ');
  return Object.keys(recordedFlags.commands)
    .filter((name) => line === name || line.startsWith(`${name} `))
    .toSorted((a, b) => b.length - a.length)[0];
}

/** Writes down which flags of which commands gcloud took: what a machine without gcloud holds new command lines against. */
export async function recordFlags(parsed: readonly Parsed[]): Promise<void> {
  const { stdout } = await promisify(execFile)('gcloud', ['version', '--format=json']);
  const versions = z.record(z.string(), z.unknown()).parse(JSON.parse(stdout));
  const commands: Record<string, string[]> = {};
  for (const { command_string: line, command_string_no_args: name } of parsed) {
    if (!name || line === null) continue;
    const flags = flagsOf(line.replaceAll("'", '').split(' '));
    commands[name] = [...new Set([...(commands[name] ?? []), ...flags])].toSorted();
  }
  const record = { sdk: versions['Google Cloud SDK'], commands };
  await writeFile(RECORD, `${JSON.stringify(record, null, 2)}\n`);
}
