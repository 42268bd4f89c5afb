import { PRICES, usdPerHourOf, type Run } from '@trainyard/shared';
import type { Tier } from '../config.js';
import type { Configured, ControlPlane } from '../controlPlane.js';
import type { JobLauncher } from '../ports/jobLauncher/jobLauncher.js';

/** The tiers of a run's attempt in their order; those that the deployment no longer has are left out. */
export function tiersOf(cp: Configured, { phase, spec: { compute } }: Run): Tier[] {
  return tiersNamed(cp, phase === 'prepare' && compute.prepare ? [compute.prepare] : compute.tiers);
}

/** The deployment's tiers of these names in their order, or all of them. */
export function tiersNamed(cp: Configured, names: readonly string[] | undefined): Tier[] {
  return (names ?? cp.config.tiers.map((tier) => tier.name)).flatMap((name) =>
    cp.config.tiers.filter((tier) => tier.name === name),
  );
}

export function launcherOf(cp: Pick<ControlPlane, 'config' | 'launchers'>, tierName: string): JobLauncher {
  const tier = cp.config.tiers.find(({ name }) => name === tierName);
  const launcher = tier && cp.launchers[tier.launcher];
  if (!launcher) throw new Error(`no launcher for compute tier "${tierName}"`);
  return launcher;
}

/** Those of the tiers that have no price, on machines of one's own too: what runs there counts as nothing. */
export function uncountedTiers(cp: Configured, names: readonly string[] | undefined): string[] {
  return tiersNamed(cp, names).flatMap((tier) => (tierPrice(cp, tier) === null ? [tier.name] : []));
}

/** What an hour on a tier costs: as it is configured, else by the price table; null where neither knows. */
export function tierPrice(cp: Configured, { usdPerHour, machine }: Tier): number | null {
  return usdPerHour ?? (machine && usdPerHourOf(machine, [...cp.config.prices, ...PRICES]));
}
