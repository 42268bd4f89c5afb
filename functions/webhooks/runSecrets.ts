import { deriveRunSecret } from '@trainyard/shared';
import type { Config } from '../config.js';
import { masterSecretOf } from '../runs/masterSecret.js';

type Secrets = Pick<Config, 'masterSecret' | 'formerMasterSecrets'>;

/** Secrets that are kept. */
const MAX_KEPT = 1_000;

/** Secrets of attempts that have spoken of late, the least recent first: deriving one costs as much as verifying a callback. */
const kept = new Map<string, string>();

/** What an attempt may have signed with: the secrets that follow from the master secret, and from those of before. */
export function runSecrets(config: Secrets, runId: string, attempt: number): readonly string[] {
  return masterSecretsOf(config).map(
    (secret) => kept.get(keyOf(secret, runId, attempt)) ?? deriveRunSecret(secret, runId, attempt),
  );
}

/** Keeps the secrets of an attempt whose signature was good: what anybody can send drives none of them out. */
export function keepRunSecrets(
  config: Secrets,
  runId: string,
  attempt: number,
  secrets: readonly string[],
): void {
  for (const [i, masterSecret] of masterSecretsOf(config).entries()) {
    const [key, secret] = [keyOf(masterSecret, runId, attempt), secrets[i]];
    if (secret === undefined) continue;
    kept.delete(key);
    kept.set(key, secret);
  }
  for (const key of kept.keys()) {
    if (kept.size <= MAX_KEPT) return;
    kept.delete(key);
  }
}

function masterSecretsOf(config: Secrets): readonly string[] {
  return [masterSecretOf(config), ...config.formerMasterSecrets];
}

function keyOf(masterSecret: string, runId: string, attempt: number): string {
  return `${runId} ${attempt} ${masterSecret}`;
}
