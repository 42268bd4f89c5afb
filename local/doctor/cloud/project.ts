import { z } from 'zod';
import type { Finding, Findings } from '../finding.js';
import type { GoogleApi } from '../googleApi.js';
import type { Infrastructure } from '../infrastructure.js';

/** A project under examination. */
export interface Project {
  id: string;
  number: string;
  region: string;
  api: GoogleApi;
  expected: Infrastructure;
  /** What is deployed; asked for once. */
  functions(): Promise<DeployedFunction[]>;
  now: Date;
}

/** Looks at one thing. What it may not look at becomes a finding too. */
export interface Check {
  name: string;
  /** What the caller needs for it, where the API's refusal does not say. */
  permission: string;
  run(project: Project, findings: Findings): Promise<Finding[]>;
}

/** `cloudfunctions.googleapis.com` v2, as far as it is looked at. */
export const functionSchema = z.object({
  name: z.string().transform((name) => name.slice(name.lastIndexOf('/') + 1)),
  state: z.string().optional(),
  buildConfig: z.object({ runtime: z.string().optional() }).default({}),
  serviceConfig: z
    .object({
      serviceAccountEmail: z.string().optional(),
      timeoutSeconds: z.number().optional(),
      environmentVariables: z.record(z.string(), z.string()).default({}),
      secretEnvironmentVariables: z
        .array(z.object({ key: z.string(), secret: z.string().optional(), version: z.string().optional() }))
        .default([]),
    })
    .prefault({}),
});
export type DeployedFunction = z.infer<typeof functionSchema>;

export const emailOf = (account: string, project: string) => `${account}@${project}.iam.gserviceaccount.com`;

/** The address that Cloud Run gives a function before it is there. */
export const urlOf = (name: string, { number, region }: Project) =>
  `https://${name}-${number}.${region}.run.app`;

/** What brings the project to what the module says. */
export const terraformApply = ({ id }: Project) =>
  `terraform -chdir=cloudbuild/terraform apply -var project=${id}`;
