/** All checks of a project, in the order in which one builds on another. */
import { z } from 'zod';
import { findingsOf, type Finding } from '../finding.js';
import { ApiProblem, GoogleApi, type GoogleApiOptions } from '../googleApi.js';
import { readInfrastructure } from '../infrastructure.js';
import { accounts, roles } from './accounts.js';
import { alerts } from './alerts.js';
import { apis } from './apis.js';
import { clock } from './clock.js';
import { database, indexes, rules } from './firestore.js';
import { functions } from './functions.js';
import { hosting } from './hosting.js';
import { images } from './images.js';
import { jobs } from './jobs.js';
import { permissions } from './permissions.js';
import { prices } from './prices.js';
import { functionSchema, type Check, type DeployedFunction, type Project } from './project.js';
import { subscriptions, topics } from './pubsub.js';
import { quotas } from './quotas.js';
import { scheduler } from './scheduler.js';
import { secrets } from './secrets.js';
import { bucket } from './storage.js';

export const CHECKS: readonly Check[] = [
  apis,
  accounts,
  roles,
  permissions,
  bucket,
  topics,
  subscriptions,
  scheduler,
  secrets,
  database,
  indexes,
  rules,
  images,
  jobs,
  functions,
  hosting,
  quotas,
  alerts,
  clock,
  prices,
];

export interface Examination {
  projectId: string;
  region: string;
  api: Omit<GoogleApiOptions, 'quotaProject'>;
  now: Date;
}

const projectSchema = z.object({ name: z.string(), state: z.string().default('') });

/** What is found in a project; nothing in it is changed. */
export async function examineProject({
  projectId: id,
  region,
  api: options,
  now,
}: Examination): Promise<Finding[]> {
  const api = new GoogleApi({ ...options, quotaProject: id });
  const { error, unknown } = findingsOf('project');
  const own = 'cloudresourcemanager.googleapis.com';
  let number: string;
  try {
    const project = await api.get(projectSchema, own, `v3/projects/${id}`);
    if (project.state !== 'ACTIVE')
      return [error(`the project ${id} is ${project.state}`, `gcloud projects undelete ${id}`)];
    number = project.name.replace('projects/', '');
  } catch (problem) {
    if (!(problem instanceof ApiProblem)) throw problem;
    // Google does not tell a project that is not there from one that may not be seen.
    if (problem.kind === 'denied' || problem.kind === 'notFound')
      return [
        error(
          `there is no project ${id}, or it may not be seen with these credentials: ${problem.message}`,
          'gcloud auth application-default login',
        ),
      ];
    if (problem.kind === 'disabled')
      return [unknown(problem.message, `gcloud services enable ${own} --project=${id}`)];
    return [unknown(problem.message)];
  }
  const project: Project = {
    id,
    number,
    region,
    api,
    now,
    expected: await readInfrastructure(),
    functions: once(() => functionsOf(api, id, region)),
  };
  const found = await Promise.all(CHECKS.map((check) => examine(check, project)));
  return found.flat();
}

async function examine(check: Check, project: Project): Promise<Finding[]> {
  const findings = findingsOf(check.name);
  try {
    return await check.run(project, findings);
  } catch (problem) {
    if (!(problem instanceof ApiProblem)) throw problem;
    const { kind, service, message, permission } = problem;
    if (kind === 'disabled')
      return [findings.unknown(message, `gcloud services enable ${service} --project=${project.id}`)];
    if (kind === 'denied')
      return [findings.unknown(`may not be looked at: ask for ${permission ?? check.permission}`)];
    return [findings.unknown(message)];
  }
}

function functionsOf(api: GoogleApi, id: string, region: string): Promise<DeployedFunction[]> {
  const path = `v2/projects/${id}/locations/${region}/functions`;
  return api.list(functionSchema, 'functions', 'cloudfunctions.googleapis.com', path, { pageSize: '100' });
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
}
