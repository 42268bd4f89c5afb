import { z } from 'zod';

/** A place to run jobs on. Runs name tiers and try them in order. */
export const tierSchema = z.strictObject({
  name: z.string().min(1).max(63),
  /** Which launcher starts its jobs. */
  launcher: z.string().min(1),
  /** How long a job may wait for a machine before the next tier is tried. */
  maxWaitSeconds: z.int().min(1).default(900),
  /** The platform's limit for one attempt; the trainer hands over before it. */
  maxAttemptSeconds: z
    .int()
    .min(60)
    .default(7 * 86_400),
  /** What a job on it costs; the cost of runs is counted with it. */
  usdPerHour: z.number().min(0).nullable().default(null),
});
export type Tier = z.infer<typeof tierSchema>;

export const configSchema = z.strictObject({
  /** Where trainers reach the callbacks, without a slash at the end. */
  publicUrl: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/$/, '')),
  /** Callback keys are derived from it. */
  masterSecret: z.string().min(32, 'must have at least 32 characters'),
  /**
   * Who may call the API. `loopback`: whoever is on this machine, where the host listens on loopback only. `platform`: whoever
   * passes the platform's own invoker check, where the functions are deployed without public access. `none`: nobody.
   */
  auth: z.enum(['loopback', 'platform', 'none']).default('none'),
  tiers: z
    .array(tierSchema)
    .min(1)
    .refine(
      (tiers) => new Set(tiers.map(({ name }) => name)).size === tiers.length,
      'two tiers have the same name: runs could not tell them apart',
    ),
  /** How long a dispatcher may take to launch before another one tries. */
  leaseSeconds: z.int().min(1).default(60),
  /** Events and pending runs younger than this are left to whoever made them. */
  settleSeconds: z.number().min(0).default(5),
});
export type Config = z.infer<typeof configSchema>;

const environmentSchema = z.object({
  GOOGLE_CLOUD_PROJECT: z.string().min(1),
  TRAINYARD_PUBLIC_URL: z.string(),
  TRAINYARD_MASTER_SECRET: z.string(),
  TRAINYARD_AUTH: z.string().optional(),
  /** JSON: the list of tiers. */
  TRAINYARD_TIERS: z.string(),
});

/** The configuration of deployed functions. Fails with the names of all variables that are missing or wrong. */
export function configFromEnvironment(
  environment: NodeJS.ProcessEnv = process.env,
): Config & { projectId: string } {
  const variables = environmentSchema.safeParse(environment);
  if (!variables.success) throw new Error(`the functions' environment: ${z.prettifyError(variables.error)}`);
  const config = configSchema.safeParse({
    publicUrl: variables.data.TRAINYARD_PUBLIC_URL,
    masterSecret: variables.data.TRAINYARD_MASTER_SECRET,
    auth: variables.data.TRAINYARD_AUTH,
    tiers: parseTiers(variables.data.TRAINYARD_TIERS),
  });
  if (!config.success) throw new Error(`the functions' configuration: ${z.prettifyError(config.error)}`);
  return { ...config.data, projectId: variables.data.GOOGLE_CLOUD_PROJECT };
}

function parseTiers(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(
      'TRAINYARD_TIERS is not JSON: give a list such as [{"name":"l4","launcher":"cloudRunJobs"}]',
      {
        cause: error,
      },
    );
  }
}
