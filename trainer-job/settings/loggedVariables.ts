/** Which environment variables a run's metadata show: those that shape what is computed, and no secret. */
import { cutText, MAX_VARIABLES } from '@trainyard/shared';
import { processEnvironment, readVariables, type Environment } from './environment.js';
import { loggedVariablesSchema } from './variables.js';

/** How names of variables begin that libraries of the trainer read. */
const LOGGED_PREFIXES = [
  'TRAINYARD_',
  'TF_',
  'XLA_',
  'CUDA_',
  'NVIDIA_',
  'OMP_',
  'OPENBLAS_',
  'MKL_',
  'KMP_',
  'UV_',
  'NODE_',
  'LD_LIBRARY_PATH',
  'TZ',
] as const;

const MASK = '***';
const SECRET_NAME =
  /secret|token|passw|passphrase|credential|api_?key|private|auth|cookie|signature|_key$|^key$|salt|dsn/i;
/** Forms that secrets have: of webhooks, JSON web tokens, PEM, and keys of Google, AWS, GitHub, Slack and others. */
const SECRET_VALUE =
  /whsec_|eyJ[\w-]{8,}\.|-----BEGIN|\bAIza[\w-]{20,}|\bya29\.|\bA(?:KIA|SIA)[A-Z0-9]{12,}|\bgh[oprsu]_\w{20,}|\bgithub_pat_|\bxox[abprs]-|\bsk-[\w-]{16,}|\bBearer\s/;
const USER_OF_URL = /\b([a-z][a-z0-9+.-]*:\/\/)[^/\s@]+@/gi;

/** Longer ones are cut. */
const LONGEST = 1000;

/** By name, in the order of the names. */
export function loggedVariables(environment: Environment = processEnvironment()): Record<string, string> {
  const { TRAINYARD_LOGGED_VARIABLES: more } = readVariables(environment, loggedVariablesSchema);
  const prefixes = [...LOGGED_PREFIXES, ...more];
  const names = Object.keys(environment)
    .filter((name) => name.length <= 200 && prefixes.some((prefix) => name.startsWith(prefix)))
    .toSorted()
    .slice(0, MAX_VARIABLES);
  return Object.fromEntries(names.map((name) => [name, masked(name, environment[name] ?? '')]));
}

function masked(name: string, value: string): string {
  if (value === '') return value;
  if (SECRET_NAME.test(name) || SECRET_VALUE.test(value)) return MASK;
  return cutText(value.replace(USER_OF_URL, `$1${MASK}@`), LONGEST);
}
