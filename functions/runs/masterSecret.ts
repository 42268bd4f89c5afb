import type { Config } from '../config.js';

/** What callback keys are derived from. Fails in a function that was not given it, which is no function that needs it. */
export function masterSecretOf({ masterSecret }: Pick<Config, 'masterSecret'>): string {
  if (masterSecret !== null) return masterSecret;
  throw new Error('this function was not given the master secret: set TRAINYARD_MASTER_SECRET where it runs');
}
