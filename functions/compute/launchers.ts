/** The launchers of Google Cloud, by the names that tiers use. `process`, of one machine, is none of them. */
export const CLOUD_LAUNCHERS = ['cloudRunJobs', 'vertexCustomJob'] as const;
export type CloudLauncher = (typeof CLOUD_LAUNCHERS)[number];

export function isCloudLauncher(name: string): name is CloudLauncher {
  return CLOUD_LAUNCHERS.some((launcher) => launcher === name);
}
