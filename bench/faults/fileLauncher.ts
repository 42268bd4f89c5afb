import {
  CapacityError,
  LaunchRejectedError,
  type JobLauncher,
  type JobState,
  type LaunchRequest,
} from '@trainyard/functions/ports/jobLauncher/jobLauncher';
import type { JobFiles } from './jobFiles.js';
import { FIRST_TIER } from './settings.js';

type LaunchOutcome = 'started' | 'known' | 'capacity' | 'refused';

export interface FileLauncherOptions {
  files: JobFiles;
  /** True when a launch that succeeded is to look as if it had failed. */
  losesAnswer: () => boolean;
  /** Told of each launch. */
  onLaunch: (name: string, tier: string, outcome: LaunchOutcome) => void;
}

/** Launches by writing a file: once per attempt, whatever happens to this process. The model's id is the run's scenario. */
export class FileLauncher implements JobLauncher {
  constructor(private readonly options: FileLauncherOptions) {}

  async launch({ runId, attempt, tier, env }: LaunchRequest): Promise<{ name: string }> {
    const { files, losesAnswer, onLaunch } = this.options;
    const name = `${runId}-${attempt}`;
    const scenario = env['MODEL_VERSION']?.split('#')[0];
    if (scenario === 'scarce' && tier === FIRST_TIER) {
      onLaunch(name, tier, 'capacity');
      throw new CapacityError('no machine is free');
    }
    if (scenario === 'refused') {
      onLaunch(name, tier, 'refused');
      throw new LaunchRejectedError('there is no such image', 'build it');
    }
    onLaunch(name, tier, files.create(name, env) ? 'started' : 'known');
    if (losesAnswer()) throw new Error('the platform did not answer in time');
    return { name };
  }

  async inspect(name: string): Promise<JobState> {
    const { files } = this.options;
    const end = files.ended(name);
    if (end) return { state: 'ended', ...end };
    return { state: files.exists(name) ? 'running' : 'unknown' };
  }

  async cancel(name: string): Promise<void> {
    this.options.files.cancel(name);
  }
}
