/** What a deployment would run, held against what the functions, the launchers and the Terraform module expect. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ENTRIES } from '../../cloudbuild/bundleFunctions.js';
import { deploymentPlan } from '../../cloudbuild/plan/deploymentPlan.js';
import { environmentOf } from '../../cloudbuild/plan/functions.js';
import type { HostingConfiguration } from '../../cloudbuild/plan/hosting.js';
import { FUNCTIONS } from '../../cloudbuild/plan/functionTable.js';
import { quoted, scriptOf } from '../../cloudbuild/plan/script.js';
import { configFromEnvironment, NEED_MASTER_SECRET } from '../../functions/config.js';
import { UserError } from '../../shared/commandLine/userError.js';
import { runPlan, type PlanContext } from '../../local/deploy/runPlan.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { deploymentOf, FULL } from './commands.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const full = deploymentOf(FULL, { first: true });
const plan = deploymentPlan(full);
const flag = (command: readonly string[], name: string) =>
  command.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
const functionSteps = plan.filter(
  ({ command }) => command.slice(0, 3).join(' ') === 'gcloud functions deploy',
);

describe('a plan', () => {
  it('goes from what lasts to who may call, and is made of the phases that are asked for', () => {
    const phases = plan.map(({ phase }) => phase).filter((phase, i, all) => phase !== all[i - 1]);
    expect(phases).toEqual(['infrastructure', 'images', 'jobs', 'functions', 'infrastructure', 'hosting']);
    const jobs = deploymentPlan(full, ['jobs']);
    expect(jobs.map(({ phase }) => phase)).toEqual(['jobs', 'jobs']);
  });

  it('says who may call each function only once they are there', () => {
    const applied = (steps: typeof plan) =>
      steps
        .flatMap(({ files }) => files)
        .filter(({ path }) => path.endsWith('terraform.tfvars.json'))
        .map(({ content }) => (JSON.parse(content) as Record<string, unknown>)['functions_deployed']);
    expect(applied(plan)).toEqual([false, true]);
    expect(applied(deploymentPlan(deploymentOf()))).toEqual([true]);
  });

  it('gives Terraform variables that the module has', async () => {
    const declared = await readFile(`${ROOT}cloudbuild/terraform/variables.tf`, 'utf8');
    for (const { path, content } of plan.flatMap(({ files }) => files)) {
      if (!path.endsWith('tfvars.json')) continue;
      for (const name of Object.keys(JSON.parse(content) as object))
        expect(declared).toContain(`variable "${name}" {`);
    }
  });

  it('has a remedy for each step, and no secret anywhere', () => {
    for (const { remedy, title } of plan)
      expect(`${title}: ${remedy}`.length).toBeGreaterThan(title.length + 20);
    const settings = functionSteps.flatMap(({ files }) => files).map(({ content }) => content);
    for (const content of settings)
      expect(content).not.toMatch(/"TRAINYARD_\w*(SECRET|NOTIFICATIONS|TOKEN|PASSWORD)"/);
    const references = functionSteps.flatMap(({ command }) => flag(command, 'set-secrets')?.split(',') ?? []);
    for (const reference of references) expect(reference).toMatch(/^TRAINYARD_[A-Z_]+=[\w-]+:(latest|\d+)$/);
  });

  it('deploys each bundle, as the account that Terraform makes for it', async () => {
    const locals = await readFile(`${ROOT}cloudbuild/terraform/locals.tf`, 'utf8');
    const names = [...(/functions = \[(.*)\]/.exec(locals)?.[1] ?? '').matchAll(/"(\w+)"/g)].map(
      ([, name]) => name,
    );
    expect(new Set(names)).toEqual(new Set(ENTRIES));
    const sources = functionSteps.map(({ command }) => flag(command, 'source'));
    expect(new Set(sources)).toEqual(new Set(ENTRIES.map((entry) => `functions/bundle/${entry}`)));
    for (const { command } of functionSteps) {
      const account = flag(command, 'service-account')?.split('@')[0];
      expect(names.map((name) => `trainyard-${name}`)).toContain(account);
      expect(flag(command, 'min-instances')).toBe('0');
    }
  });

  it('opens nothing to everybody: that, Terraform says, and a later deployment leaves it as it is', async () => {
    const access = (steps: typeof plan) =>
      steps.flatMap(({ command }) => command.filter((word) => word.includes('allow-unauthenticated')));
    expect(new Set(access(plan))).toEqual(new Set(['--no-allow-unauthenticated']));
    expect(access(deploymentPlan(deploymentOf()))).toEqual([]);
    const module = await readFile(`${ROOT}cloudbuild/terraform/permissions.tf`, 'utf8');
    const everybody = [...module.matchAll(/name = "trainyard-(\w+)", member = (\S+)/g)].map(
      ([, name]) => name,
    );
    const open = FUNCTIONS.filter(({ isPublic }) => isPublic !== 'never').map(({ entry }) => entry);
    expect(new Set(everybody)).toEqual(new Set(open));
    const outside = functionSteps.filter(({ command }) => flag(command, 'ingress-settings') === 'all');
    expect(outside.map(({ command }) => command[3])).toEqual(['trainyard-webhooks', 'trainyard-api']);
  });

  it('writes to MLflow where a server is named, and gives its password to the function that does', () => {
    const { mlflow: _, ...without } = FULL;
    const names = deploymentPlan(deploymentOf(without)).map(({ command }) => command[3]);
    expect(names).not.toContain('trainyard-mlflow');
    const secrets = functionSteps.map(({ command }) => [command[3], flag(command, 'set-secrets')]);
    expect(secrets.filter(([, given]) => given?.includes('MLFLOW'))).toEqual([
      ['trainyard-mlflow', 'TRAINYARD_MLFLOW_PASSWORD=trainyard-mlflow-password:latest'],
    ]);
    const readers = plan.filter(({ command }) => command[2] === 'add-iam-policy-binding');
    expect(readers.map(({ title }) => title)).toContain(
      'trainyard-mlflow may read trainyard-mlflow-password',
    );
  });

  it('keeps no history unless a dataset is named', () => {
    const { historyDataset: _, ...without } = FULL;
    const names = deploymentPlan(deploymentOf(without)).map(({ command }) => command[3]);
    expect(names).toContain('trainyard-api');
    expect(names.filter((name) => name?.includes('history'))).toEqual([]);
  });
});

describe('the page', () => {
  const pagePlan = deploymentPlan(full, ['hosting']);
  const environment = environmentOf(full, { isPublic: 'asSet', entry: 'api' });

  it('is built and brought to its site, with what that costs, where the settings ask for it', () => {
    expect(pagePlan.map(({ command }) => command[0])).toEqual(['npm', 'npx']);
    const script = scriptOf(pagePlan).join('\n');
    expect(script).toMatch(/# what it costs: nothing up to 10 GB stored/);
    expect(script).toContain('--config=dashboard/dist/firebase.json --project=shop-prod');
    const { hosting: _, ...without } = FULL;
    expect(deploymentPlan(deploymentOf(without), ['hosting'])).toEqual([]);
  });

  it('has its API behind it, and may ask that for streams and Firebase for tokens, and nobody else', () => {
    const { content } = pagePlan[1]!.files[0]!;
    const { hosting } = JSON.parse(content) as { hosting: HostingConfiguration };
    expect(hosting).toMatchObject({ site: 'shop-prod', public: 'page' });
    const behind = hosting.rewrites.flatMap((each) => ('run' in each ? [each] : []));
    expect(behind.map(({ source }) => source)).toContain('/api/**');
    expect(new Set(behind.map(({ run }) => run.region))).toEqual(new Set(['europe-west4']));
    const policy = hosting.headers[0]?.headers.find(({ key }) => key === 'content-security-policy')?.value;
    expect(policy).toMatch(
      /connect-src 'self' https:\/\/trainyard-api-123456789012\.europe-west4\.run\.app https:\/\/identitytoolkit\./,
    );
    expect(policy).toContain('frame-src https://shop-prod.firebaseapp.com');
  });

  it('is known to the functions: its origins may ask for changes, and links lead to it', () => {
    const config = configFromEnvironment({ ...environment, FUNCTION_TARGET: 'api' });
    expect(config.allowedOrigins).toEqual([
      'https://trainyard.shop.example',
      'https://shop-prod.web.app',
      'https://shop-prod.firebaseapp.com',
    ]);
    expect(config.streamOrigin).toBe('https://trainyard-api-123456789012.europe-west4.run.app');
    expect(environment).toMatchObject({
      TRAINYARD_RUN_URL: 'https://shop.example/runs/{runId}',
      TRAINYARD_SWEEP_URL: 'https://trainyard.shop.example/sweeps/{sweepId}',
    });
  });

  it('is refused where Google itself would refuse its calls', () => {
    const hidden = { ...FULL, apiCallers: ['group:ml@shop.example'] };
    expect(() => deploymentOf(hidden)).toThrow(/Firebase Hosting calls the API without credentials/);
    expect(() => deploymentOf({ ...hidden, auth: 'platform' })).toThrow(/Firebase Hosting calls the API/);
  });
});

describe('each function', () => {
  it.each(FUNCTIONS.map((each) => [each.name, each] as const))(
    '%s reads the environment it gets',
    (_, each) => {
      const needs = NEED_MASTER_SECRET.some((name) => name === each.entryPoint);
      expect(each.needsMasterSecret).toBe(needs);
      const config = configFromEnvironment({
        ...environmentOf(full, each),
        FUNCTION_TARGET: each.entryPoint,
        ...(needs && { TRAINYARD_MASTER_SECRET: 'x'.repeat(32) }),
        ...(each.entry === 'mlflow' && { TRAINYARD_MLFLOW_PASSWORD: 'secret' }),
      });
      expect(config).toMatchObject({
        projectId: 'shop-prod',
        publicUrl: 'https://trainyard-webhooks-123456789012.europe-west4.run.app',
        auth: each.isPublic === 'never' ? 'platform' : 'tokens',
        history: { dataset: 'trainyard_history' },
        images: { gpu: 'europe-west4-docker.pkg.dev/shop-prod/trainyard/trainer-gpu:abc123' },
      });
      expect(config.tiers.length).toBeGreaterThan(3);
    },
  );

  it('has its Job for each tier on Cloud Run, as large as the tier says', () => {
    const jobs = plan.filter(({ phase }) => phase === 'jobs').map(({ command }) => command);
    expect(jobs.map((command) => command[5])).toEqual(['trainyard-run-l4', 'trainyard-run-cpu']);
    expect(jobs.map((command) => flag(command, 'gpu-type'))).toEqual(['nvidia-l4', undefined]);
    expect(jobs.map((command) => flag(command, 'task-timeout'))).toEqual(['3600s', '86400s']);
    expect(jobs.map((command) => flag(command, 'image')?.split('/').at(-1))).toEqual([
      'trainer-gpu:abc123',
      'trainer-cpu:abc123',
    ]);
    for (const command of jobs) expect(flag(command, 'max-retries')).toBe('0');
  });
});

/** A folder with programs that write down how they were called; `failing` is what the one that fails has in its arguments. */
async function fakeTools(failing = 'nothing fails') {
  const root = await temporaryFolder();
  const calls = join(root, 'calls');
  await mkdir(join(root, 'bin'));
  for (const program of ['gcloud', 'terraform', 'npm', 'npx']) {
    const file = join(root, 'bin', program);
    await writeFile(
      file,
      `#!/bin/sh\nprintf '%s' '${program}' >> ${calls}\nfor word; do printf ' %s' "$word" >> ${calls}; done\necho >> ${calls}\ncase "$*" in *${quoted(failing)}*) exit 3;; esac\n`,
    );
    await chmod(file, 0o755);
  }
  const environment = { PATH: `${join(root, 'bin')}:${process.env['PATH']}` };
  const called = async () => (await readFile(calls, 'utf8')).trimEnd().split('\n');
  return { root, environment, called };
}

describe('run', () => {
  const planContext = (tools: Awaited<ReturnType<typeof fakeTools>>, printed: string[]): PlanContext => ({
    ...tools,
    print: (line) => printed.push(line),
    interrupted: new AbortController().signal,
    now: () => 0,
  });
  const lines = plan.map(({ command }) => command.join(' '));

  it('takes every step in its order, and writes what it reads', async () => {
    const tools = await fakeTools();
    const printed: string[] = [];
    await runPlan(plan, planContext(tools, printed));
    expect(await tools.called()).toEqual(lines);
    const environment = await readFile(join(tools.root, 'functions/bundle/trainyard-api.env.yaml'), 'utf8');
    expect(JSON.parse(environment)).toMatchObject({ TRAINYARD_AUTH: 'tokens' });
    expect(printed[0]).toMatch(/^\[1\/\d+\] infrastructure: /);
  });

  it('ends at the first that fails, with what to do', async () => {
    const tools = await fakeTools('trainyard-run-cpu');
    const printed: string[] = [];
    const failure = await runPlan(plan, planContext(tools, printed)).then(
      () => null,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(UserError);
    expect(failure).toMatchObject({ code: 'step-failed' });
    expect((failure as Error).message).toMatch(
      /Job of the tier run-cpu: it ended with 3[^]*command {3}gcloud beta run jobs deploy[^]*to do {5}check that the image[^]*--only jobs/,
    );
    expect((await tools.called()).at(-1)).toContain('trainyard-run-cpu');
  });

  it('names a program that is missing', async () => {
    const tools = await fakeTools();
    const [first] = plan;
    const missing = { ...first!, command: ['terraform-of-nobody', 'init'] as const };
    await expect(runPlan([missing], planContext(tools, []))).rejects.toThrow(
      /terraform-of-nobody is not installed/,
    );
  });

  it('is what the printed script does', async () => {
    const tools = await fakeTools();
    const script = join(tools.root, 'deploy.sh');
    await writeFile(script, `${scriptOf(plan).join('\n')}\n`);
    await promisify(execFile)('sh', [script], { cwd: tools.root, env: tools.environment });
    expect(await tools.called()).toEqual(lines);
    const environment = await readFile(join(tools.root, 'functions/bundle/trainyard-api.env.yaml'), 'utf8');
    expect(JSON.parse(environment)).toEqual(environmentOf(full, { isPublic: 'asSet', entry: 'api' }));
  });
});
