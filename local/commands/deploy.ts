import { dirname } from 'node:path';
import { deploymentPlan } from '@trainyard/cloudbuild/plan/deploymentPlan';
import { scriptOf } from '@trainyard/cloudbuild/plan/script';
import { PHASES, type Phase } from '@trainyard/cloudbuild/plan/step';
import { readDeployment, SETTINGS_FILE } from '../deploy/readSettings.js';
import { runPlan } from '../deploy/runPlan.js';
import { repositoryFile } from '../repositoryFile.js';
import { commaSeparated } from '@trainyard/shared/commandLine/flags';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { defineCommand, EXIT, printJson } from './command.js';

export const deploy = defineCommand(
  {
    name: 'trainyard deploy',
    summary: 'Deploys this checkout to a project of Google Cloud, or prints the commands that would.',
    positionals: {},
    flags: {
      plan: { description: 'prints every command in its order, as a script, and runs none' },
      json: { description: 'with --plan: prints the steps as JSON in place of a script' },
      only: {
        value: 'PHASES',
        description: `some of ${PHASES.join(', ')}, with commas between; all unless given`,
        schema: commaSeparated.optional(),
      },
      settings: { value: 'FILE', description: `YAML or JSON; ${SETTINGS_FILE} unless given` },
      project: { value: 'ID', description: 'goes before the one in the settings' },
      'project-number': { value: 'N', description: 'goes before the one in the settings' },
      region: { value: 'REGION', description: 'goes before the one in the settings' },
      tag: { value: 'TAG', description: 'of the images; the commit of this checkout unless given' },
      first: { description: 'the project has no functions yet: who may call them is said at the end' },
      bundled: { description: 'functions/bundle was made already' },
    },
    examples: [
      'trainyard deploy --plan',
      'trainyard deploy --first',
      'trainyard deploy --only images,jobs',
      'trainyard deploy --settings staging.yaml --plan --only functions > deploy.sh',
    ],
  },
  async (values, context) => {
    const root = dirname(repositoryFile('cloudbuild/package.json')).replace(/\/cloudbuild$/, '');
    const deployment = await readDeployment(
      { ...values, projectNumber: values['project-number'] },
      context.cwd,
      root,
    );
    if (values.json && !values.plan)
      throw new UserError('wrong-arguments', '--json prints the steps of a plan: it goes with --plan');
    const steps = deploymentPlan(deployment, phasesOf(values.only ?? []));
    if (values.json) return printJson(steps, context);
    if (values.plan) {
      context.terminal.draw(scriptOf(steps));
      return EXIT.ok;
    }
    const { project, region, environment } = deployment.settings;
    context.terminal.draw([
      `Trainyard goes to ${project} in ${region} (${environment}), images ${deployment.tag}`,
    ]);
    await runPlan(steps, {
      root,
      environment: context.config.trainerEnvironment,
      print: (line) => context.terminal.draw([line]),
      interrupted: context.interrupted,
      now: () => performance.now(),
    });
    context.terminal.draw(['deployed; trainyard doctor checks it']);
    return EXIT.ok;
  },
);

function phasesOf(names: readonly string[]): Phase[] {
  return names.map((name) => {
    const phase = PHASES.find((each) => each === name);
    if (phase === undefined)
      throw new UserError(
        'wrong-arguments',
        `--only has "${name}"; allowed are ${PHASES.join(', ')}, separated by commas`,
      );
    return phase;
  });
}
