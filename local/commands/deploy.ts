import { dirname } from 'node:path';
import { deploymentPlan } from '@trainyard/cloudbuild/plan/deploymentPlan';
import { scriptOf } from '@trainyard/cloudbuild/plan/script';
import { PHASES, type Phase } from '@trainyard/cloudbuild/plan/step';
import { readDeployment, SETTINGS_FILE } from '../deploy/readSettings.js';
import { runPlan } from '../deploy/runPlan.js';
import { repositoryFile } from '../repositoryFile.js';
import { type Command, EXIT, stringValue, UsageError, type Values } from './command.js';

export const deploy: Command = {
  summary: 'Deploys this checkout to a project of Google Cloud, or prints the commands that would.',
  usage: '[--plan] [--only PHASES] [--settings FILE]',
  options: {
    plan: { type: 'boolean', help: 'prints every command in its order, as a script, and runs none' },
    only: {
      type: 'string',
      value: 'PHASES',
      help: `of ${PHASES.join(', ')}, separated by commas; all unless given`,
    },
    settings: { type: 'string', value: 'FILE', help: `YAML or JSON; ${SETTINGS_FILE} unless given` },
    project: { type: 'string', value: 'ID', help: 'goes before the one in the settings' },
    'project-number': { type: 'string', value: 'N', help: 'goes before the one in the settings' },
    region: { type: 'string', value: 'REGION', help: 'goes before the one in the settings' },
    tag: { type: 'string', value: 'TAG', help: 'of the images; the commit of this checkout unless given' },
    first: {
      type: 'boolean',
      help: 'the project has no functions yet: who may call them is said at the end',
    },
    bundled: { type: 'boolean', help: 'functions/bundle was made already' },
  },
  examples: [
    'trainyard deploy --plan',
    'trainyard deploy --first',
    'trainyard deploy --only images,jobs',
    'trainyard deploy --settings staging.yaml --plan --only functions > deploy.sh',
  ],
  positionals: { least: 0, most: 0 },
  async run({ values }, world) {
    const root = dirname(repositoryFile('cloudbuild/package.json')).replace(/\/cloudbuild$/, '');
    const deployment = await readDeployment(flagsOf(values), world.cwd, root);
    const steps = deploymentPlan(deployment, phasesOf(values));
    if (values['plan'] === true) {
      world.terminal.draw(scriptOf(steps));
      return EXIT.ok;
    }
    const { project, region, environment } = deployment.settings;
    world.terminal.draw([
      `Trainyard goes to ${project} in ${region} (${environment}), images ${deployment.tag}`,
    ]);
    await runPlan(steps, {
      root,
      environment: world.config.trainerEnvironment,
      tell: (line) => world.terminal.draw([line]),
      interrupted: world.interrupted,
      now: () => performance.now(),
    });
    world.terminal.draw(['deployed; trainyard doctor checks it']);
    return EXIT.ok;
  },
};

function flagsOf(values: Values) {
  return {
    settings: stringValue(values, 'settings'),
    project: stringValue(values, 'project'),
    projectNumber: stringValue(values, 'project-number'),
    region: stringValue(values, 'region'),
    tag: stringValue(values, 'tag'),
    first: values['first'] === true,
    bundled: values['bundled'] === true,
  };
}

function phasesOf(values: Values): Phase[] {
  const names = stringValue(values, 'only')?.split(',') ?? [];
  return names.map((name) => {
    const phase = PHASES.find((each) => each === name.trim());
    if (phase === undefined)
      throw new UsageError(`--only has "${name}"; allowed are ${PHASES.join(', ')}, separated by commas`);
    return phase;
  });
}
