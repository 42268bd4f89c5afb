/** The only reader of the environment in this room. */
import { type Notifications, readNotifications } from '@trainyard/functions/notify/channels';
import { z } from 'zod';

export const DEFAULT_PORT = 8080;
export const DEFAULT_DIRECTORY = '.trainyard';

type Environment = Readonly<Record<string, string | undefined>>;

const environmentSchema = z.object({
  /** The Trainyard to talk to, when `--url` is not given. */
  TRAINYARD_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
  /** Sent as a bearer token. */
  TRAINYARD_TOKEN: z.string().min(1).optional(),
  /** JSON: the channels that hear how the runs of this machine end. */
  TRAINYARD_NOTIFICATIONS: z.string().optional(),
  /** Where people look at a run, with `{runId}` in it. */
  TRAINYARD_RUN_URL: z.string().optional(),
  /** A collector of OpenTelemetry, OTLP over HTTP, that hears of spans and numbers: `http://127.0.0.1:4318`. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .optional(),
  /** Any value turns colours off (https://no-color.org). */
  NO_COLOR: z.string().optional(),
});

export interface Config {
  url: string | null;
  token: string | null;
  noColor: boolean;
  notifications: Notifications;
  otlpEndpoint: string | null;
  /** What a trainer process inherits: all but the caller's own credentials. */
  trainerEnvironment: Readonly<Record<string, string>>;
}

/** What trainers have no need of. */
const CREDENTIALS: ReadonlySet<string> = new Set(['TRAINYARD_TOKEN', 'TRAINYARD_NOTIFICATIONS']);

/** The environment is wrong: nothing was started. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export function readConfig(environment: Environment = process.env): Config {
  // An empty variable is one that is not set.
  const given = Object.entries(environment).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const parsed = environmentSchema.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
    throw new ConfigError(`the environment: ${mistakes.join('; ')}`);
  }
  const { TRAINYARD_URL: url, TRAINYARD_TOKEN: token, NO_COLOR: noColor } = parsed.data;
  return {
    url: url ?? null,
    token: token ?? null,
    noColor: noColor !== undefined,
    notifications: notificationsOf(parsed.data),
    otlpEndpoint: parsed.data.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
    trainerEnvironment: Object.fromEntries(given.filter(([name]) => !CREDENTIALS.has(name))),
  };
}

function notificationsOf(variables: z.infer<typeof environmentSchema>): Notifications {
  try {
    return readNotifications(variables.TRAINYARD_NOTIFICATIONS, variables.TRAINYARD_RUN_URL);
  } catch (error) {
    throw new ConfigError(`the environment: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** The Google clients look for a metadata server at their start, which only a machine in the cloud has. */
export function skipMetadataServer(): void {
  process.env['METADATA_SERVER_DETECTION'] ??= 'none';
}
