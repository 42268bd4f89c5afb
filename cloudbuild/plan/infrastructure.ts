/** What lasts, made by Terraform. */
import { account, MASTER_SECRET, type Deployment } from './settings.js';
import type { Step } from './step.js';

const MODULE = 'cloudbuild/terraform';
const VARIABLES = '.trainyard/deploy/terraform.tfvars.json';

export function infrastructureSteps(deployment: Deployment): Step[] {
  const { terraformState: bucket, project } = deployment.settings;
  const backend = bucket ? [`-backend-config=bucket=${bucket}`, '-backend-config=prefix=trainyard'] : [];
  return [
    {
      phase: 'infrastructure',
      title: 'Terraform fetches its providers',
      command: ['terraform', `-chdir=${MODULE}`, 'init', '-input=false', ...backend],
      files: bucket ? [BACKEND] : [],
      remedy: 'install Terraform 1.9 or newer, and check that registry.terraform.io is reached',
    },
    {
      ...apply(deployment, !deployment.first),
      title: `Terraform makes what lasts in ${project}: APIs, accounts, topics, bucket, database, scheduler`,
    },
    secretStep(deployment),
    ...givenSecretSteps(deployment),
  ];
}

/** Its value is no part of Terraform's state. A function whose secret has no version does not start, and says so late. */
function secretStep({ settings }: Deployment): Step {
  return {
    phase: 'infrastructure',
    title: `The secret ${MASTER_SECRET} has a version`,
    command: [
      'gcloud',
      'secrets',
      'versions',
      'describe',
      'latest',
      `--secret=${MASTER_SECRET}`,
      `--project=${settings.project}`,
      '--format=value(name)',
      '--quiet',
    ],
    files: [],
    remedy: `make its first version: openssl rand -base64 48 | tr -d '\\n' | gcloud secrets versions add ${MASTER_SECRET} --data-file=- --project=${settings.project}`,
  };
}

/** Secrets that a person makes, so that Terraform does not know them. */
function givenSecretSteps({ settings }: Deployment): Step[] {
  const { notificationsSecret, mlflow } = settings;
  const given: { secret: string | undefined; reader: string; holds: string }[] = [
    { secret: notificationsSecret, reader: 'trainyard-notify', holds: 'has the channels as JSON' },
    {
      secret: mlflow?.secret,
      reader: 'trainyard-mlflow',
      holds: `has the ${mlflow?.username === undefined ? 'token' : 'password'} of the MLflow server, and no line end`,
    },
  ];
  return given.flatMap(({ secret, reader, holds }) =>
    secret === undefined ? [] : [readerStep(settings, secret, reader, holds)],
  );
}

function readerStep(settings: Deployment['settings'], secret: string, reader: string, holds: string): Step {
  const { project } = settings;
  return {
    phase: 'infrastructure',
    title: `${reader} may read ${secret}`,
    command: [
      'gcloud',
      'secrets',
      'add-iam-policy-binding',
      secret,
      `--project=${project}`,
      `--member=serviceAccount:${account(settings, reader)}`,
      '--role=roles/secretmanager.secretAccessor',
      '--condition=None',
      '--quiet',
    ],
    files: [],
    remedy: `make it of a file that ${holds}: gcloud secrets create ${secret} --data-file=FILE --project=${project}`,
  };
}

/** Once the functions are there, who may call them is said of each by itself. */
export function callerSteps(deployment: Deployment): Step[] {
  if (!deployment.first) return [];
  return [{ ...apply(deployment, true), title: 'Terraform says who may call each function' }];
}

/** The module keeps its state in a file; this one, which git does not know, keeps it in a bucket. */
const BACKEND = {
  path: `${MODULE}/backend_override.tf`,
  content: 'terraform {\n  backend "gcs" {}\n}\n',
};

function apply({ settings, tiers }: Deployment, functionsDeployed: boolean): Step {
  const variables = {
    project: settings.project,
    region: settings.region,
    firestore_location: settings.firestoreLocation,
    environment: settings.environment,
    vertex: tiers.some(({ launcher }) => launcher === 'vertexCustomJob'),
    api_callers: settings.apiCallers,
    history_dataset: settings.historyDataset ?? null,
    mlflow: settings.mlflow !== undefined,
    hosting: settings.hosting !== undefined,
    ...settings.terraform,
    functions_deployed: functionsDeployed,
  };
  return {
    phase: 'infrastructure',
    title: '',
    command: [
      'terraform',
      `-chdir=${MODULE}`,
      'apply',
      '-input=false',
      '-auto-approve',
      `-var-file=../../${VARIABLES}`,
    ],
    files: [{ path: VARIABLES, content: `${JSON.stringify(variables, null, 2)}\n` }],
    remedy:
      'read what Terraform says; log in with gcloud auth application-default login as an owner of the project, link a billing account, and run this again: it goes on where it stopped',
  };
}
