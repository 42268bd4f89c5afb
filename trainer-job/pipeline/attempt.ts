import { join } from 'node:path';
import type { ArtifactHome } from '../home/artifactHome.js';
import type { Reporter } from '../report/reporter.js';
import type { Settings } from '../settings/settings.js';
import type { StopSignal } from '../stopSignal.js';

/** All that an attempt has to do with the world outside of its stages. */
export interface Attempt {
  settings: Settings;
  reporter: Reporter;
  stop: StopSignal;
  now: () => Date;
  /** Keeps what must outlive the attempt. */
  home: ArtifactHome;
}

/** Where the report about the data stays when the run fails, so that a person can see why. */
export function reportFolderOf({ settings }: Attempt): string {
  return join(settings.artifactDirectory, 'data');
}
