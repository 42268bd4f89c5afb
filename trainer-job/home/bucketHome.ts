/** What lasts of a run whose machine does not: the specification comes from a bucket, and everything that is made goes there. */
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { BucketFolder } from '../cloud/bucketFolder.js';
import type { BucketPath } from '../cloud/bucketPath.js';
import { filesIn, uploadFiles, type LocalFile } from '../cloud/uploadFolder.js';
import { MANIFEST_FILE } from '@trainyard/recommender/format/files';
import { makeFolder } from '@trainyard/shared/makeFolder';
import type { RemoteSettings, Settings } from '../settings/settings.js';
import type {
  ArtifactHome,
  CheckpointHome,
  EntryHome,
  HomeLog,
  JournalHome,
  StoredCheckpoint,
} from './artifactHome.js';
import { localEntries, localJournals } from './localHome.js';
import { BucketCheckpoints } from './bucketCheckpoints.js';
import { BucketEntries } from './bucketEntries.js';
import { BucketJournals } from './bucketJournals.js';
import { TrainerError } from '../errors/trainerError.js';

type BucketSettings = Settings & { remote: RemoteSettings };

/** The folders in buckets that a run has to do with. */
interface Folders {
  artifacts: BucketFolder;
  /** Null where the cache is a folder of this machine. */
  cache: BucketFolder | null;
  /** Checkpoints of the run that this one goes on from. */
  resume: BucketFolder | null;
  /** That of the specification; null where it is a file of this machine. */
  spec: BucketFolder | null;
}

export class BucketHome implements ArtifactHome {
  readonly journals: JournalHome;
  readonly entries: EntryHome;
  readonly reportPlace: string;

  private constructor(
    private readonly settings: BucketSettings,
    private readonly folders: Folders,
    private readonly log: HomeLog,
  ) {
    const { artifacts, cache } = folders;
    this.reportPlace = artifacts.uri('data');
    this.entries = cache ? new BucketEntries(cache, log) : localEntries;
    this.journals = settings.callbacks
      ? new BucketJournals(artifacts.folder('callbacks'), join(settings.artifactDirectory, 'callbacks'), log)
      : localJournals;
  }

  /** Asks nobody for anything yet. */
  static async open(settings: BucketSettings, log: HomeLog): Promise<BucketHome> {
    const { artifacts, cache, resume, spec } = settings.remote;
    const open = (at: BucketPath) => BucketFolder.open(at, settings.cloud, new AbortController().signal);
    const folders = {
      artifacts: await open(artifacts),
      cache: cache && (await open(cache)),
      resume: resume && (await open(resume)),
      spec: spec && (await open({ ...spec, path: dirname(spec.path) })),
    };
    return new BucketHome(settings, folders, log);
  }

  async bringSpec(): Promise<void> {
    const { spec: folder } = this.folders;
    const { specFile, remote } = this.settings;
    if (!folder || !remote.spec || specFile === null) return;
    const name = basename(remote.spec.path);
    const found = await folder.read(name);
    if (!found) {
      throw new TrainerError(
        'invalid-spec',
        `there is no specification at ${folder.uri(name)}`,
        'name a JSON file that exists; start a new run where a lifecycle rule has deleted it',
      );
    }
    await makeFolder(dirname(specFile));
    await writeFile(specFile, found.text);
  }

  checkpoints(onStored: (checkpoint: StoredCheckpoint) => void): CheckpointHome {
    return new BucketCheckpoints({
      own: this.folders.artifacts.folder('checkpoints'),
      earlier: this.folders.resume,
      scratch: join(this.settings.artifactDirectory, 'uploads'),
      onStored,
      log: this.log,
    });
  }

  async storeReport(): Promise<void> {
    const folder = join(this.settings.artifactDirectory, 'data');
    await makeFolder(folder);
    await uploadFiles(await filesIn(folder), this.folders.artifacts, 'data');
  }

  async storeFile(path: string): Promise<string> {
    const { artifacts } = this.folders;
    await artifacts.upload(path, basename(path));
    return artifacts.uri(basename(path));
  }

  /**
   * Each attempt has a folder of its own, so that none ever mixes its files with another's. Its manifest is written last, where there
   * is none: what a set of files is known by never changes, and a set that is cut off has none.
   */
  async storeModel(folder: string, paths: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    const { artifacts } = this.folders;
    const to = await this.unusedFolder(`model/a${String(this.settings.attempt).padStart(4, '0')}`);
    const files = await filesIn(folder);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    this.log('info', 'uploading the model', { files: files.length, bytes, to: artifacts.uri(to) });
    const isManifest = ({ name }: LocalFile) => name === MANIFEST_FILE;
    await uploadFiles(
      files.filter((file) => !isManifest(file)),
      artifacts,
      to,
      (percent) => this.log('info', 'uploaded so far', { percent, of: bytes }),
    );
    for (const { path, name } of files.filter(isManifest)) {
      if (!(await artifacts.upload(path, `${to}/${name}`, { absent: true })))
        throw new Error(`${artifacts.uri(to)} was filled by another process of this attempt meanwhile`);
    }
    const uriOf = (path: string) => artifacts.uri(`${to}/${relative(folder, path).split(sep).join('/')}`);
    return Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, uriOf(path)]));
  }
  /** The folder, or where an earlier process of this attempt has filled it, one beside it. */
  private async unusedFolder(name: string): Promise<string> {
    for (let number = 1; ; number++) {
      const folder = number === 1 ? name : `${name}-${number}`;
      const found = await this.folders.artifacts.generationOf(`${folder}/${MANIFEST_FILE}`);
      if (found === undefined) return folder;
    }
  }
}
