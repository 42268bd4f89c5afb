import type { Settings } from '../settings/settings.js';
import type { ArtifactHome, HomeLog } from './artifactHome.js';
import { BucketHome } from './bucketHome.js';
import { LocalHome } from './localHome.js';

/** The home that the settings name. Asks nobody for anything yet. */
export async function openHome(settings: Settings, log: HomeLog): Promise<ArtifactHome> {
  const { remote } = settings;
  return remote ? BucketHome.open({ ...settings, remote }, log) : new LocalHome(settings, log);
}
