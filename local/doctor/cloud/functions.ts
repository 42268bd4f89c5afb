/** What is deployed, and whether its environment is one that it can start with. */
import { configFromEnvironment, NEED_MASTER_SECRET } from '@trainyard/functions/config';
import type { Finding, Findings } from '../finding.js';
import { emailOf, type Check, type DeployedFunction, type Project } from './project.js';

/** Those that a Trainyard does not work without. */
const FUNCTIONS = [
  'api',
  'webhooks',
  'dispatch',
  'notify',
  'retrain',
  'summaries',
  'sweeps',
  'reconcile',
] as const;
/** How long Pub/Sub waits for an answer: a function that may take longer is called again meanwhile. */
const PUSHED: ReadonlySet<string> = new Set(['dispatch', 'notify', 'retrain', 'summaries', 'sweeps']);
const ACK_DEADLINE_SECONDS = 180;
const NO_SECRET = 'a secret that nobody looks at, 32 characters long';

export const functions: Check = {
  name: 'functions',
  permission: 'cloudfunctions.functions.list',
  async run(project, findings) {
    const deployed = new Map((await project.functions()).map((entry) => [entry.name, entry]));
    const missing = FUNCTIONS.filter((name) => !deployed.has(`trainyard-${name}`));
    const found = FUNCTIONS.flatMap((name) => {
      const entry = deployed.get(`trainyard-${name}`);
      return entry ? lookAt(project, name, entry, findings) : [];
    });
    if (missing.length > 0)
      found.push(
        findings.error(
          `not deployed: ${missing.map((name) => `trainyard-${name}`).join(', ')}`,
          `npx trainyard deploy --project ${project.id}`,
        ),
      );
    return found.length > 0
      ? found
      : [findings.ok(`all ${FUNCTIONS.length} functions are deployed, with an environment they start with`)];
  },
};

function lookAt(
  { id, region }: Project,
  name: string,
  { state, serviceConfig: service, buildConfig }: DeployedFunction,
  { error, warning }: Findings,
): Finding[] {
  const own = `trainyard-${name}`;
  const deploy = `npx trainyard deploy --project ${id}`;
  const found: Finding[] = [];
  if (state !== undefined && state !== 'ACTIVE')
    found.push(
      error(`${own} is ${state}`, `gcloud functions describe ${own} --v2 --region=${region} --project=${id}`),
    );
  if (service.serviceAccountEmail !== emailOf(own, id))
    found.push(error(`${own} runs as ${service.serviceAccountEmail ?? 'nobody'}, not as itself`, deploy));
  if (buildConfig.runtime !== undefined && !/^nodejs2[246]$/.test(buildConfig.runtime))
    found.push(warning(`${own} runs on ${buildConfig.runtime}; it is built for nodejs24`, deploy));
  if (PUSHED.has(name) && (service.timeoutSeconds ?? 60) > ACK_DEADLINE_SECONDS)
    found.push(
      warning(
        `${own} may take ${service.timeoutSeconds} s, and is called again after ${ACK_DEADLINE_SECONDS}`,
        deploy,
      ),
    );
  const plain = Object.keys(service.environmentVariables).filter((variable) =>
    /MASTER_SECRET/.test(variable),
  );
  if (plain.length > 0)
    found.push(
      error(`${own} has ${plain.join(', ')} in plain text: whoever looks at the function reads it`, deploy),
    );
  const secrets = service.secretEnvironmentVariables.map(({ key }) => key);
  const isGiven = secrets.includes('TRAINYARD_MASTER_SECRET');
  if (isGiven && !NEED_MASTER_SECRET.some((needing) => needing === name))
    found.push(warning(`${own} is given the master secret and does not need it`, deploy));
  const mistake = environmentMistake(name, service.environmentVariables, secrets);
  if (mistake !== undefined) found.push(error(`${own} would not start: ${mistake}`, deploy));
  else if (
    (service.environmentVariables['TRAINYARD_AUTH'] ?? 'none') === 'none' &&
    /^(api|reconcile)$/.test(name)
  )
    found.push(error(`${own} lets nobody in: TRAINYARD_AUTH is not set`, deploy));
  return found;
}

/** Why the function cannot be configured with these, in its own words. */
function environmentMistake(
  name: string,
  variables: Readonly<Record<string, string>>,
  secrets: readonly string[],
): string | undefined {
  const hidden = secrets
    .filter((key) => key.includes('MASTER_SECRET'))
    .map((key) => [key, NO_SECRET.replaceAll(' ', '-')]);
  try {
    configFromEnvironment({ ...variables, ...Object.fromEntries(hidden), FUNCTION_TARGET: name });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error);
  }
}
