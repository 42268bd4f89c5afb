/** What lasts of a run lies in folders of this machine, where it was made: there is hardly anything to do to keep it. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Settings } from '../settings/settings.js';
import { adoptCheckpoints } from './adoptCheckpoints.js';
import type {
  ArtifactHome,
  CheckpointHome,
  EntryHome,
  HomeLog,
  JournalHome,
  StoredCheckpoint,
} from './artifactHome.js';

type LocalSettings = Pick<Settings, 'artifactDirectory' | 'resumeDirectory'>;

export class LocalHome implements ArtifactHome {
  readonly journals: JournalHome = localJournals;
  readonly entries: EntryHome = localEntries;
  readonly reportPlace: string;

  constructor(
    private readonly settings: LocalSettings,
    private readonly log: HomeLog,
  ) {
    this.reportPlace = join(settings.artifactDirectory, 'data');
  }

  async bringSpec(): Promise<void> {}

  checkpoints(onStored: (checkpoint: StoredCheckpoint) => void): CheckpointHome {
    return new LocalCheckpoints(this.settings.resumeDirectory, onStored, this.log);
  }

  async storeReport(): Promise<void> {}

  async storeFile(path: string): Promise<string> {
    return path;
  }

  async storeModel(
    _folder: string,
    paths: Readonly<Record<string, string>>,
  ): Promise<Record<string, string>> {
    return Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, pathToFileURL(path).href]));
  }
}

/** The folder of the journals is what the next attempt reads. */
export const localJournals: JournalHome = {
  async bring() {},
  start() {},
  async end() {},
};

/** The folder of the cache is what the next attempt reads: no entry is anywhere else. */
export const localEntries: EntryHome = {
  find: async () => undefined,
  bring: async () => false,
  store() {},
  async bringFile() {},
  async storeFile() {},
  async settled() {},
};

class LocalCheckpoints implements CheckpointHome {
  newest: StoredCheckpoint | null = null;

  constructor(
    private readonly earlier: string | null,
    private readonly onStored: (checkpoint: StoredCheckpoint) => void,
    private readonly log: HomeLog,
  ) {}

  async adopt(folder: string): Promise<void> {
    const { earlier: from } = this;
    if (from === null) return;
    const found = await adoptCheckpoints(from, folder);
    if (found === 'adopted') this.log('info', 'going on from the checkpoints of an earlier run', { from });
    if (found === 'none there')
      this.log('warn', `${from} has no checkpoints to go on from: the training begins anew`);
  }

  saved({ path, epoch }: { path: string; epoch: number }): void {
    this.newest = { uri: pathToFileURL(path).href, epoch };
    this.onStored(this.newest);
  }

  /** The folder has its own fence, around what is all there is. */
  async claim(): Promise<void> {}
  check(): void {}
  names(): readonly string[] {
    return [];
  }
  async bring(_name: string, folder: string): Promise<string> {
    return `${folder} is not there any more`;
  }
  async store(): Promise<void> {}
  remove(): void {}
  async flush(): Promise<boolean> {
    return true;
  }
  async close(): Promise<void> {}
}
