import { resolve } from 'node:path';
import { DEFAULT_DIRECTORY } from '../config.js';
import { examineProject } from '../doctor/cloud/examine.js';
import { googleCredentials } from '../doctor/credentials.js';
import type { Finding } from '../doctor/finding.js';
import { judgeMachine, lookAtMachine } from '../doctor/machine/examineMachine.js';
import { reportLines } from '../doctor/report.js';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { type CommandContext, defineCommand, EXIT } from './command.js';

const DEFAULT_REGION = 'europe-west4';

export const doctor = defineCommand(
  {
    name: 'trainyard doctor',
    summary: 'Says what is wrong with a deployment, or with this machine, and the command that mends it.',
    positionals: {},
    flags: {
      project: { value: 'ID', description: 'the Google Cloud project; that of the credentials unless given' },
      region: { value: 'REGION', description: `of the functions, ${DEFAULT_REGION} unless given` },
      local: { description: 'looks at this machine instead: what it lacks to run a Trainyard of its own' },
      json: { description: 'prints the findings for programs' },
    },
    examples: [
      'trainyard doctor --local',
      'trainyard doctor --project shop-prod',
      'trainyard doctor --project shop-prod --json',
    ],
  },
  async (values, context) => {
    const findings = await (values.local ? ofMachine(values, context) : ofProject(values));
    context.terminal.draw(values.json ? [JSON.stringify(findings, null, 2)] : reportLines(findings));
    return findings.some(({ severity }) => severity === 'error') ? EXIT.failed : EXIT.ok;
  },
);

interface ProjectFlags {
  project: string | undefined;
  region: string | undefined;
}

async function ofMachine({ project, region }: ProjectFlags, { cwd }: CommandContext): Promise<Finding[]> {
  if (project !== undefined || region !== undefined)
    throw new UserError(
      'wrong-arguments',
      '--local looks at this machine: it goes with neither --project nor --region',
    );
  return judgeMachine(await lookAtMachine(resolve(cwd, DEFAULT_DIRECTORY)));
}

async function ofProject({ project, region = DEFAULT_REGION }: ProjectFlags): Promise<Finding[]> {
  const credentials = await googleCredentials();
  const projectId = project ?? (await credentials.projectId());
  if (projectId === null) throw new UserError('wrong-arguments', 'say which project: --project ID');
  return examineProject({ projectId, region, api: { token: credentials.token }, now: new Date() });
}
