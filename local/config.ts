/** The only reader of the environment in this room. */
import {
  type MlflowSettings,
  mlflowSettingsOf,
  mlflowVariables,
  readMlflow,
} from '@trainyard/functions/mlflow/settings';
import { type Notifications, readNotifications } from '@trainyard/functions/notify/channels';
import { pagesIn } from '@trainyard/functions/notify/pages';
import { originsTextSchema } from '@trainyard/shared';
import { z } from 'zod';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { mistakeInWords } from '@trainyard/shared/http/mistakeWords';

export const DEFAULT_PORT = 8080;
export const DEFAULT_DIRECTORY = '.trainyard';

type Environment = Readonly<Record<string, string | undefined>>;

export const environmentSchema = z.object({
  TRAINYARD_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .optional()
    .meta({
      description: 'The Trainyard that commands talk to when `--url` is not given.',
      examples: ['https://trainyard.example.com'],
    }),
  TRAINYARD_TOKEN: z.string().min(1).optional().meta({
    description: 'The ID token that commands send as a bearer token. Trainers do not inherit it.',
  }),
  TRAINYARD_ALLOWED_ORIGINS: originsTextSchema.optional().meta({
    description:
      "Up to twenty origins of web pages that may ask this machine's Trainyard for changes and read its answers, separated by blanks. Pages of any other site are refused.",
    examples: ['http://localhost:3000'],
  }),
  TRAINYARD_NOTIFICATIONS: z
    .string()
    .optional()
    .meta({
      description:
        'JSON: the list of channels that hear how the runs and sweeps of this machine end, at most 20. Trainers do not inherit it.',
      examples: ['[{"type":"slack","name":"ops","url":"https://hooks.slack.com/services/…"}]'],
    }),
  TRAINYARD_RUN_URL: z
    .string()
    .optional()
    .meta({
      description:
        'Where people look at a run: an http or https URL with `{runId}` in it. Notifications link to it.',
      examples: ['http://127.0.0.1:8080/runs/{runId}'],
    }),
  TRAINYARD_SWEEP_URL: z
    .string()
    .optional()
    .meta({
      description:
        'Where people look at a sweep: an http or https URL with `{sweepId}` in it. Notifications link to it.',
      examples: ['http://127.0.0.1:8080/sweeps/{sweepId}'],
    }),
  TRAINYARD_EXPERIMENT_URL: z
    .string()
    .optional()
    .meta({
      description:
        'Where people look at an experiment: an http or https URL with `{modelId}` and `{experimentId}` in it.',
      examples: ['http://127.0.0.1:8080/models/{modelId}/experiments/{experimentId}'],
    }),
  ...mlflowVariables,
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .optional()
    .meta({
      description:
        "An OpenTelemetry collector that takes OTLP over HTTP. It is sent spans and metrics of this machine's Trainyard.",
      examples: ['http://127.0.0.1:4318'],
    }),
  STORAGE_EMULATOR_HOST: z
    .string()
    .optional()
    .meta({
      description:
        'A stand-in for Cloud Storage from which models in `gs://…` are read in place of the service, as `host:port` or `http://host:port`.',
      examples: ['http://127.0.0.1:9023'],
    }),
  NO_COLOR: z
    .string()
    .optional()
    .meta({
      description: 'Any value turns colours off, as https://no-color.org says.',
      examples: ['1'],
    }),
});

export interface Config {
  url: string | null;
  token: string | null;
  noColor: boolean;
  notifications: Notifications;
  /** The MLflow server that a host of this machine writes to; null for none. */
  mlflow: MlflowSettings | null;
  /** What is said of MLflow, for the server at `uri`; that of `mlflow` goes with the address that was configured, and with no other. */
  mlflowAt(this: void, uri: string): MlflowSettings;
  /** Of web pages that may ask a host of this machine for changes. */
  allowedOrigins: string[];
  otlpEndpoint: string | null;
  /** Of what stands in for Cloud Storage; null for the service. */
  storageEndpoint: string | null;
  /** What a trainer process inherits: all but the caller's own credentials. */
  trainerEnvironment: Readonly<Record<string, string>>;
}

/** What trainers have no need of. */
const CREDENTIALS: ReadonlySet<string> = new Set([
  'TRAINYARD_TOKEN',
  'TRAINYARD_NOTIFICATIONS',
  'TRAINYARD_MLFLOW_TOKEN',
  'TRAINYARD_MLFLOW_USERNAME',
  'TRAINYARD_MLFLOW_PASSWORD',
]);

export function readConfig(environment: Environment = process.env): Config {
  // An empty variable is one that is not set.
  const given = Object.entries(environment).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const parsed = environmentSchema.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map(
      (issue) => `${issue.path.join('.')} ${mistakeInWords(issue, undefined)}`,
    );
    throw new UserError('wrong-environment', `the environment: ${mistakes.join('; ')}`);
  }
  const { TRAINYARD_URL: url, TRAINYARD_TOKEN: token, NO_COLOR: noColor } = parsed.data;
  return {
    url: url ?? null,
    token: token ?? null,
    noColor: noColor !== undefined,
    notifications: inWords(() =>
      readNotifications(parsed.data.TRAINYARD_NOTIFICATIONS, pagesIn(parsed.data)),
    ),
    mlflow: inWords(() => readMlflow(parsed.data)),
    mlflowAt: (uri) => inWords(() => mlflowAt(uri, parsed.data)),
    allowedOrigins: parsed.data.TRAINYARD_ALLOWED_ORIGINS ?? [],
    otlpEndpoint: parsed.data.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
    storageEndpoint: parsed.data.STORAGE_EMULATOR_HOST ?? null,
    trainerEnvironment: Object.fromEntries(given.filter(([name]) => !CREDENTIALS.has(name))),
  };
}

function inWords<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError('wrong-environment', `the environment: ${reason}`, { cause: error });
  }
}

/** Credentials go to the server that they were configured for, and to no other that somebody names. */
function mlflowAt(uri: string, variables: z.infer<typeof environmentSchema>): MlflowSettings {
  const configured = variables.TRAINYARD_MLFLOW_URI;
  const isOther = configured !== undefined && originOf(configured) !== originOf(uri);
  const settings = mlflowSettingsOf({ ...variables, uri });
  return isOther ? { ...settings, credentials: null } : settings;
}

function originOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).origin : uri;
}

/** The Google clients look for a metadata server at their start, which only a machine in the cloud has. */
export function skipMetadataServer(): void {
  process.env['METADATA_SERVER_DETECTION'] ??= 'none';
}
