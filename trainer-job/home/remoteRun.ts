/** What lasts of a run whose machine does not: the specification comes from a bucket, and everything that is made goes there. */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { RemoteSettings, Settings } from '../settings/settings.js';
import { SpecError } from '../model/specError.js';
import { RemoteCheckpoints, type StoredCheckpoint } from './remoteCheckpoints.js';
import { RemoteEntries } from './remoteEntries.js';
import { RemoteJournals } from './remoteJournals.js';
import { BucketFolder } from '../cloud/bucketFolder.js';
import type { BucketPath } from '../cloud/bucketPath.js';
import { filesIn, uploadFiles } from '../cloud/uploadFolder.js';

type Log = (level: 'info' | 'warn', message: string, fields?: Record<string, unknown>) => void;

export class RemoteRun {
  private constructor(
    private readonly settings: Settings,
    private readonly remote: RemoteSettings,
    private readonly artifacts: BucketFolder,
    private readonly open: (bucketPath: BucketPath) => Promise<BucketFolder>,
    private readonly log: Log,
  ) {}

  /** Null where everything is kept on this machine. Asks nobody for anything yet. */
  static async open(settings: Settings, log: Log): Promise<RemoteRun | null> {
    const { remote, cloud } = settings;
    if (!remote) return null;
    const open = (bucketPath: BucketPath) =>
      BucketFolder.open(bucketPath, cloud, new AbortController().signal);
    return new RemoteRun(settings, remote, await open(remote.artifacts), open, log);
  }

  /** Writes the specification to its file on this machine. */
  async bringSpec(): Promise<void> {
    const { spec: bucketPath } = this.remote;
    const { specFile } = this.settings;
    if (!bucketPath || specFile === null) return;
    const folder = await this.open({ bucket: bucketPath.bucket, path: dirname(bucketPath.path) });
    const found = await folder.read(basename(bucketPath.path));
    if (!found) {
      throw new SpecError(
        `there is no specification at ${folder.uri(basename(bucketPath.path))}`,
        'name a JSON file that exists; start a new run where a lifecycle rule has deleted it',
      );
    }
    await mkdir(dirname(specFile), { recursive: true });
    await writeFile(specFile, found.text);
  }

  /** Keeps callbacks that wait for other machines; undefined where nobody hears any. */
  journals(): RemoteJournals | undefined {
    if (this.settings.callbacks === null) return undefined;
    const folder = join(this.settings.artifactDirectory, 'callbacks');
    return new RemoteJournals(this.artifacts.folder('callbacks'), folder, this.log);
  }

  /** The cache of all machines; undefined where it is a folder of this one. */
  async entries(): Promise<RemoteEntries | undefined> {
    const { cache } = this.remote;
    return cache ? new RemoteEntries(await this.open(cache), this.log) : undefined;
  }

  async checkpoints(onStored: (checkpoint: StoredCheckpoint) => void): Promise<RemoteCheckpoints> {
    const { resume } = this.remote;
    return new RemoteCheckpoints({
      own: this.artifacts.folder('checkpoints'),
      earlier: resume && (await this.open(resume)),
      scratch: join(this.settings.artifactDirectory, 'uploads'),
      onStored,
      log: this.log,
    });
  }

  /** Where the report about the data is found. */
  get reportUri(): string {
    return this.artifacts.uri('data');
  }

  /** Stores the report about the data, as far as there is one. */
  async storeReport(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    await uploadFiles(await filesIn(folder), this.artifacts, 'data');
  }

  async storeFile(path: string): Promise<string> {
    await this.artifacts.upload(path, basename(path));
    return this.artifacts.uri(basename(path));
  }

  /**
   * Stores a folder of artifacts, and returns the URIs of `paths` in it, by the same names, when all of it is there. Each
   * attempt has a folder of its own, so that none ever mixes its files with another's.
   */
  async storeModel(folder: string, paths: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    const to = `model/a${String(this.settings.attempt).padStart(4, '0')}`;
    const files = await filesIn(folder);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    this.log('info', 'uploading the model', { files: files.length, bytes, to: this.artifacts.uri(to) });
    await uploadFiles(files, this.artifacts, to, (percent) =>
      this.log('info', 'uploaded so far', { percent, of: bytes }),
    );
    const uriOf = (path: string) =>
      this.artifacts.uri(`${to}/${relative(folder, path).split(sep).join('/')}`);
    return Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, uriOf(path)]));
  }
}
