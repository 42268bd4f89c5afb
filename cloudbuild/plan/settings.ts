/** What a deployment is like: `trainyard.deploy.yaml`, or the flags of `trainyard deploy`. It holds no secret. */
import { z } from 'zod';

const projectId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, 'must be the id of a project: 6 to 30 of a-z, 0-9 and "-"');
const location = z.string().regex(/^[a-z]+[a-z0-9-]*\d$/, 'must be a location, such as europe-west4 or eur3');

export const deploySettingsSchema = z
  .strictObject({
    project: projectId,
    /** Its number is in the addresses of its functions: `gcloud projects describe PROJECT --format='value(projectNumber)'`. */
    projectNumber: z.coerce
      .string()
      .regex(/^\d{6,20}$/, 'must be the number of the project: gcloud projects describe tells it'),
    region: z
      .string()
      .regex(/^[a-z]+-[a-z]+\d+$/, 'must be a region, such as europe-west4')
      .default('europe-west4'),
    /** Of the documents; the region unless given. */
    firestoreLocation: location.optional(),
    environment: z.enum(['production', 'staging']).default('production'),
    /** Who may call the API: who brings an ID token with a role, or who passes Google's own check (`apiCallers`). */
    auth: z.enum(['tokens', 'platform']).default('tokens'),
    firebaseProject: projectId.optional(),
    /** How pages reach the Firebase project, as `TRAINYARD_FIREBASE_WEB`: they sign in with Google then. */
    firebaseWeb: z.strictObject({ apiKey: z.string().min(1), authDomain: z.hostname() }).optional(),
    googleAudience: z.string().min(1).optional(),
    /** Who reaches the API at all, as members of IAM; everybody where the API itself checks tokens. */
    apiCallers: z
      .array(z.string().regex(/^(allUsers|allAuthenticatedUsers|[a-zA-Z]+:\S+)$/, 'must be a member of IAM'))
      .optional(),
    /** The page on Firebase Hosting; nowhere unless given. */
    hosting: z
      .strictObject({
        /** The name of the site; the project's own unless given. */
        site: z
          .string()
          .regex(
            /^[a-z0-9](?:[a-z0-9-]{4,28})[a-z0-9]$/,
            'must be the name of a site: 6 to 30 of a-z, 0-9 and "-"',
          )
          .optional(),
        /** Domains that were connected to it, the one that people are led to first. */
        domains: z.array(z.hostname()).max(10).default([]),
      })
      .optional(),
    /** Origins of web pages that may ask for changes, as `TRAINYARD_ALLOWED_ORIGINS`. */
    allowedOrigins: z.array(z.url({ protocol: /^https?$/ })).optional(),
    /** Roles by e-mail address, as `TRAINYARD_MEMBERS`. */
    members: z.record(z.string().min(1), z.unknown()).default({}),
    /** The tiers as `TRAINYARD_TIERS`; those that the functions have by themselves unless given. */
    tiers: z.array(z.unknown()).min(1).optional(),
    /** As `TRAINYARD_PREPARE_TIER`. */
    prepareTier: z.string().min(1).optional(),
    /** As `TRAINYARD_PRICES`. */
    prices: z.array(z.unknown()).optional(),
    monthlyBudgetUsd: z.number().min(0).optional(),
    /** What becomes of open runs once the month's budget is spent, as `TRAINYARD_BUDGET_ACTION`. */
    budgetAction: z.enum(['finish', 'stop']).optional(),
    historyDataset: z.string().min(1).optional(),
    /** The name of a secret that holds `TRAINYARD_NOTIFICATIONS`. */
    notificationsSecret: z
      .string()
      .regex(/^[\w-]{1,255}$/, 'must be the name of a secret')
      .optional(),
    /** The MLflow server that runs are written to. */
    mlflow: z
      .strictObject({
        uri: z.url({ protocol: /^https?$/ }),
        /** As `TRAINYARD_MLFLOW_EXPERIMENT`. */
        experiment: z.string().min(1).optional(),
        /** As `TRAINYARD_MLFLOW_PARAMETERS`. */
        parameters: z.array(z.string().min(1)).min(1).optional(),
        /** The user whose password the secret holds; else it holds a token. */
        username: z.string().min(1).optional(),
        secret: z
          .string()
          .regex(/^[\w-]{1,255}$/, 'must be the name of a secret')
          .optional(),
      })
      .refine(({ username, secret }) => username === undefined || secret !== undefined, {
        path: ['secret'],
        error: 'is missing: name the secret that holds the password of the user',
      })
      .optional(),
    /** The version of the master secret from before a rotation, while runs go on that were launched with it. */
    formerMasterSecretVersion: z.coerce.string().regex(/^\d+$/, 'must be the number of a version').optional(),
    /** Where people look at a run, with `{runId}` in it. */
    runUrl: z.string().min(1).optional(),
    /** Where people look at a sweep, with `{sweepId}` in it. */
    sweepUrl: z.string().min(1).optional(),
    /** Where people look at an experiment, with `{modelId}` and `{experimentId}` in it. */
    experimentUrl: z.string().min(1).optional(),
    otlpEndpoint: z.url({ protocol: /^https?$/ }).optional(),
    /** A bucket for Terraform's state; a file beside the module unless given. */
    terraformState: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')
      .optional(),
    /** More variables of the Terraform module. */
    terraform: z.record(z.string(), z.unknown()).default({}),
  })
  .refine((settings) => settings.auth !== 'tokens' || settings.firebaseProject || settings.googleAudience, {
    path: ['auth'],
    error: '"tokens" needs somebody who issues them: give firebaseProject or googleAudience',
  })
  .refine(({ firebaseWeb, firebaseProject }) => firebaseWeb === undefined || firebaseProject !== undefined, {
    path: ['firebaseProject'],
    error: 'is missing: firebaseWeb says how pages reach it',
  })
  .refine(
    ({ hosting, auth, apiCallers }) =>
      hosting === undefined || (auth === 'tokens' && (apiCallers?.includes('allUsers') ?? true)),
    {
      path: ['hosting'],
      error:
        'Firebase Hosting calls the API without credentials of its own: use auth "tokens", and leave out apiCallers or name allUsers',
    },
  )
  .refine((settings) => settings.auth !== 'platform' || settings.apiCallers?.length, {
    path: ['apiCallers'],
    error: 'auth "platform" needs to know who may call, such as ["group:ml@shop.example"]',
  })
  .refine((settings) => settings.auth !== 'platform' || !settings.apiCallers?.includes('allUsers'), {
    path: ['apiCallers'],
    error:
      'auth "platform" with allUsers would let everybody do everything: use auth "tokens", or name who may call',
  })
  .transform((settings) => ({
    ...settings,
    firestoreLocation: settings.firestoreLocation ?? settings.region,
    apiCallers: settings.apiCallers ?? ['allUsers'],
  }));
export type DeploySettings = z.infer<typeof deploySettingsSchema>;

/** What the plan needs to know of a tier. */
export interface PlannedTier {
  name: string;
  launcher: string;
  maxAttemptSeconds: number;
  machine: {
    region: string;
    cpu: number;
    memoryGb: number;
    accelerator: { type: string; count: number } | null;
  } | null;
}

export interface Deployment {
  settings: DeploySettings;
  tiers: readonly PlannedTier[];
  /** Of the images: the commit. */
  tag: string;
  /** No function has been deployed to this project yet. */
  first: boolean;
  /** `functions/bundle` was made already. */
  bundled: boolean;
}

export const MASTER_SECRET = 'trainyard-master-secret';

/** The e-mail address of one of the accounts that the Terraform module makes. */
export function account({ project }: DeploySettings, name: string): string {
  return `${name}@${project}.iam.gserviceaccount.com`;
}

/** Cloud Run's address of a function follows from its name: known before it is deployed. */
export function functionUrl({ projectNumber, region }: DeploySettings, name: string): string {
  return `https://${name}-${projectNumber}.${region}.run.app`;
}

export type Image = 'trainer-gpu' | 'trainer-cpu';

export function imageName({ settings: { region, project }, tag }: Deployment, image: Image): string {
  return `${region}-docker.pkg.dev/${project}/trainyard/${image}:${tag}`;
}
