import { configFromEnvironment } from './config.js';

/**
 * The control plane of deployed functions. Firestore and Pub/Sub are there; Cloud Storage and the launchers of Google Cloud are
 * not part of this version, so it refuses to start rather than to lose runs.
 */
export async function controlPlaneFromEnvironment(): Promise<never> {
  const { tiers } = configFromEnvironment();
  const wanted = [...new Set(tiers.map((tier) => tier.launcher))].join(', ');
  throw new Error(
    `this version cannot launch jobs on Google Cloud (launchers asked for: ${wanted}): run it with "trainyard up"`,
  );
}
