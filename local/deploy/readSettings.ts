/** What `trainyard deploy` deploys: the settings file, corrected by flags, and the commit of the checkout. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import {
  deploySettingsSchema,
  type Deployment,
  type DeploySettings,
} from '@trainyard/cloudbuild/plan/settings';
import { defaultTiers } from '@trainyard/functions/compute/defaultTiers';
import { tierSchema } from '@trainyard/functions/compute/tier';
import { memberSchema } from '@trainyard/functions/config';
import { parse } from 'yaml';
import { z } from 'zod';
import { UserError } from '@trainyard/shared/commandLine/userError';

export const SETTINGS_FILE = 'trainyard.deploy.yaml';

const NUMBER_HELP = "gcloud projects describe PROJECT --format='value(projectNumber)'";

export interface DeployFlags {
  settings: string | undefined;
  project: string | undefined;
  projectNumber: string | undefined;
  region: string | undefined;
  tag: string | undefined;
  first: boolean;
  bundled: boolean;
}

/** Throws `UserError` with every mistake in the settings. */
export async function readDeployment(flags: DeployFlags, cwd: string, root: string): Promise<Deployment> {
  const { project, projectNumber, region } = flags;
  const given = {
    ...(await settingsFile(flags.settings, cwd)),
    ...(project !== undefined && { project }),
    ...(projectNumber !== undefined && { projectNumber }),
    ...(region !== undefined && { region }),
  };
  const settings = checked('settings', deploySettingsSchema, given);
  checked('members', z.record(z.string(), memberSchema), settings.members);
  return {
    settings,
    tiers: tiersOf(settings),
    tag: flags.tag ?? (await commitOf(root)),
    first: flags.first,
    bundled: flags.bundled,
  };
}

function tiersOf({ tiers, region }: DeploySettings): Deployment['tiers'] {
  return checked('tiers', z.array(tierSchema), tiers ?? defaultTiers(region));
}

async function settingsFile(named: string | undefined, cwd: string): Promise<object> {
  const file = resolve(cwd, named ?? SETTINGS_FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (isMissing && named === undefined) return {};
    throw new UserError(
      'wrong-arguments',
      `the settings ${file} cannot be read: name a file with --settings`,
      { cause },
    );
  }
  return checked(file, z.looseObject({}), parseYaml(file, text));
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError('wrong-arguments', `${file} is neither YAML nor JSON: ${reason}`, { cause });
  }
}

function checked<T>(what: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(({ path, message }) => `  ${path.join('.') || what}: ${message}`);
  const help = mistakes.some((line) => line.includes('projectNumber')) ? `\n${NUMBER_HELP}` : '';
  throw new UserError('wrong-arguments', `the ${what} of the deployment:\n${mistakes.join('\n')}${help}`);
}

/** Images are named by the commit that they are made of. */
async function commitOf(root: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', 'HEAD'], { cwd: root });
    return stdout.trim();
  } catch (cause) {
    throw new UserError(
      'wrong-arguments',
      'git tells no commit here to name the images by: give one with --tag',
      { cause },
    );
  }
}
