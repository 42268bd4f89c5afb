/** To which MLflow tracking server runs are told, and as what: this part of the configuration. */
import { described } from '@trainyard/shared/described';
import { z } from 'zod';

const EXPERIMENT_TEMPLATE = '{model}/{experiment}';

/** Messages never quote the value: it may have a password in it. */
export const mlflowUriSchema = z.string().superRefine((text, context) => {
  const problem = uriProblem(text);
  if (problem) context.addIssue({ code: 'custom', message: problem });
});

function uriProblem(text: string): string | undefined {
  const form = 'must be the http or https URL of an MLflow tracking server, such as http://127.0.0.1:5000';
  if (!URL.canParse(text) || !/^https?:\/\/[^/]/.test(text)) return form;
  const { username, password, search, hash } = new URL(text);
  if (username !== '' || password !== '')
    return 'must have no user name and no password: give those in TRAINYARD_MLFLOW_USERNAME and TRAINYARD_MLFLOW_PASSWORD';
  return search === '' && hash === '' ? undefined : 'must have no query and no fragment';
}

/** A dotted key of the specification in which `*` stands for anything. */
const parameterPatternSchema = z
  .string()
  .regex(
    /^[\w.*-]{1,200}$/,
    'must be a dotted key of the specification, with * for anything, such as training.optimizer.*',
  );

const oneLine = (name: string) =>
  z.string().regex(/^[\x20-\x7e]{1,8192}$/, `${name} must be one line of ASCII characters`);

const mlflowCredentialsSchema = z.union([
  z.strictObject({ token: oneLine('the token') }),
  z.strictObject({
    username: oneLine('the user name').regex(/^[^:]+$/, 'a user name has no colon'),
    password: oneLine('the password'),
  }),
]);
export type MlflowCredentials = z.infer<typeof mlflowCredentialsSchema>;

export const mlflowSettingsSchema = z.strictObject({
  /** Without a slash at the end. The operator's word: it may be an address of a private network. */
  uri: mlflowUriSchema.transform((uri) => uri.replace(/\/+$/, '')),
  /** `{model}` and `{experiment}` are replaced; where a run is in no experiment, `/{experiment}` is left out. */
  experiment: z.string().min(1).max(300).default(EXPERIMENT_TEMPLATE),
  /** Which keys of the specification become parameters. */
  parameters: z.array(parameterPatternSchema).min(1).max(50).default(['*']),
  credentials: mlflowCredentialsSchema.nullable().default(null),
});
export type MlflowSettings = z.infer<typeof mlflowSettingsSchema>;

const optional = () => z.string().optional();

/** The variables of the environment that say it, of functions and of commands alike. */
export const mlflowVariables = {
  TRAINYARD_MLFLOW_URI: described(
    optional(),
    'The http or https URL of the MLflow tracking server that runs are written to. None are written where it is not set.',
    'https://mlflow.shop.example',
  ),
  TRAINYARD_MLFLOW_EXPERIMENT: described(
    optional(),
    `The name of the MLflow experiment that a run is written to, in which \`{model}\` and \`{experiment}\` are replaced. It is \`${EXPERIMENT_TEMPLATE}\` where it is not set, and the model alone for runs that are in no experiment.`,
    'recommendations/{model}',
  ),
  TRAINYARD_MLFLOW_PARAMETERS: described(
    optional(),
    'Which dotted keys of the specification become parameters there, separated by commas or blanks; `*` stands for anything. All of them where it is not set.',
    'model.*,training.optimizer.*,training.epochs',
  ),
  TRAINYARD_MLFLOW_TOKEN: described(
    optional(),
    'The bearer token that the MLflow server wants. Trainers do not inherit it.',
  ),
  TRAINYARD_MLFLOW_USERNAME: described(
    optional(),
    'The user of an MLflow server with basic authentication, with `TRAINYARD_MLFLOW_PASSWORD`.',
    'trainyard',
  ),
  TRAINYARD_MLFLOW_PASSWORD: described(
    optional(),
    'The password of `TRAINYARD_MLFLOW_USERNAME`. Trainers do not inherit it.',
  ),
};
const variablesSchema = z.object(mlflowVariables);
export type MlflowVariables = z.infer<typeof variablesSchema>;

const PLACES: Readonly<Record<string, keyof MlflowVariables>> = {
  uri: 'TRAINYARD_MLFLOW_URI',
  experiment: 'TRAINYARD_MLFLOW_EXPERIMENT',
  parameters: 'TRAINYARD_MLFLOW_PARAMETERS',
};

/**
 * What the variables say; null where TRAINYARD_MLFLOW_URI is not set. Fails with the name of each that is wrong, never with what
 * stands there: it may be a secret.
 */
export function readMlflow(variables: Partial<MlflowVariables>): MlflowSettings | null {
  const { TRAINYARD_MLFLOW_URI: uri } = variables;
  return uri === undefined ? null : mlflowSettingsOf({ uri, ...variables });
}

/** The same for a server that is named otherwise; the rest is what the variables say. */
export function mlflowSettingsOf({
  uri,
  ...variables
}: Partial<MlflowVariables> & { uri: string }): MlflowSettings {
  const parsed = mlflowSettingsSchema.safeParse({
    uri,
    experiment: variables.TRAINYARD_MLFLOW_EXPERIMENT,
    parameters: variables.TRAINYARD_MLFLOW_PARAMETERS?.split(/[\s,]+/).filter(Boolean),
    credentials: credentialsOf(variables),
  });
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(({ path, message }) => {
    const variable = PLACES[String(path[0])] ?? 'TRAINYARD_MLFLOW_TOKEN, _USERNAME and _PASSWORD';
    return `${variable}: ${message}`;
  });
  throw new Error([...new Set(mistakes)].join('; '));
}

function credentialsOf(variables: Partial<MlflowVariables>): z.input<typeof mlflowCredentialsSchema> | null {
  const {
    TRAINYARD_MLFLOW_TOKEN: token,
    TRAINYARD_MLFLOW_USERNAME: username,
    TRAINYARD_MLFLOW_PASSWORD: password,
  } = variables;
  if (token !== undefined && (username !== undefined || password !== undefined))
    throw new Error(
      'TRAINYARD_MLFLOW_TOKEN and TRAINYARD_MLFLOW_USERNAME are both set: an MLflow server takes a token or a user name, so remove one',
    );
  if (token !== undefined) return { token };
  if (username === undefined && password === undefined) return null;
  if (username === undefined || password === undefined)
    throw new Error(
      `TRAINYARD_MLFLOW_${username === undefined ? 'USERNAME' : 'PASSWORD'} is missing: the user name and the password go together`,
    );
  return { username, password };
}
