import { resolve } from 'node:path';
import { DEFAULT_DIRECTORY } from '../config.js';
import { examineProject } from '../doctor/cloud/examine.js';
import { googleCredentials } from '../doctor/credentials.js';
import type { Finding } from '../doctor/finding.js';
import { judgeMachine, lookAtMachine } from '../doctor/machine/examineMachine.js';
import { reportLines } from '../doctor/report.js';
import { type Command, EXIT, stringValue, UsageError, type Values, type World } from './command.js';

const DEFAULT_REGION = 'europe-west4';

export const doctor: Command = {
  summary: 'Says what is wrong with a deployment, or with this machine, and the command that mends it.',
  usage: '[--project ID] [--region REGION] [--json] | --local [--json]',
  options: {
    project: {
      type: 'string',
      value: 'ID',
      help: 'the Google Cloud project; that of the credentials unless given',
    },
    region: { type: 'string', value: 'REGION', help: `of the functions, ${DEFAULT_REGION} unless given` },
    local: {
      type: 'boolean',
      help: 'looks at this machine instead: what it lacks to run a Trainyard of its own',
    },
    json: { type: 'boolean', help: 'prints the findings for programs' },
  },
  examples: [
    'trainyard doctor --local',
    'trainyard doctor --project shop-prod',
    'trainyard doctor --project shop-prod --json',
  ],
  positionals: { least: 0, most: 0 },
  async run({ values }, world) {
    const findings = await (values['local'] === true ? ofMachine(values, world) : ofProject(values));
    world.terminal.draw(
      values['json'] === true ? [JSON.stringify(findings, null, 2)] : reportLines(findings),
    );
    return findings.some(({ severity }) => severity === 'error') ? EXIT.failed : EXIT.ok;
  },
};

async function ofMachine(values: Values, { cwd }: World): Promise<Finding[]> {
  if (values['project'] !== undefined || values['region'] !== undefined)
    throw new UsageError('--local looks at this machine: it goes with neither --project nor --region');
  return judgeMachine(await lookAtMachine(resolve(cwd, DEFAULT_DIRECTORY)));
}

async function ofProject(values: Values): Promise<Finding[]> {
  const credentials = await googleCredentials();
  const projectId = stringValue(values, 'project') ?? (await credentials.projectId());
  if (projectId === null) throw new UsageError('say which project: --project ID');
  const region = stringValue(values, 'region') ?? DEFAULT_REGION;
  return examineProject({ projectId, region, api: { token: credentials.token }, now: new Date() });
}
