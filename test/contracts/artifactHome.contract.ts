import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { optimizerSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { StageCache } from '../../trainer-job/cache/stageCache.js';
import type { ArtifactHome, StoredCheckpoint } from '../../trainer-job/home/artifactHome.js';
import { newParameter } from '../../trainer-job/model/parameter.js';
import { readSpec } from '../../trainer-job/pipeline/readSpec.js';
import { journalOf, JournalWriter, listJournals } from '../../trainer-job/report/journal.js';
import { unacknowledged } from '../../trainer-job/report/replay.js';
import type { Settings } from '../../trainer-job/settings/settings.js';
import { Superseded } from '../../trainer-job/train/checkpoint/checkpointOwner.js';
import { CheckpointFolder } from '../../trainer-job/train/checkpoint/checkpoints.js';
import { NONE_SO_FAR } from '../../trainer-job/train/optimize/earlyStopping.js';
import { NO_PLATEAU } from '../../trainer-job/train/optimize/learningRate.js';
import { newOptimizer } from '../../trainer-job/train/optimize/optimizer.js';

export interface HomeOfAttempt {
  settings: Settings;
  home: ArtifactHome;
  /** What the home has logged. */
  log: string[];
}

export interface OpenedHomes {
  /** The home as an attempt of a run opens it: where the machine is lost with an attempt, on another one each time. */
  attempt(this: void, attempt: number, of?: { run?: string; resumes?: string }): Promise<HomeOfAttempt>;
  putSpec(this: void, text: string): Promise<void>;
  /** What is kept at a URI or a path that the home has given; undefined where nothing is. */
  read(this: void, place: string): Promise<string | undefined>;
}

const outcome = z.strictObject({ rows: z.number() });
const SPEC = {
  dataset: { source: { uri: 'purchases.csv' } },
  features: {
    query: [{ column: 'user', transform: 'lookup', id: true }],
    candidate: [{ column: 'item', transform: 'lookup', id: true }],
  },
};

/** A stage whose output is one file, made by the cache of an attempt. */
async function rowsOf({ settings, home }: HomeOfAttempt): Promise<{ text: string; isReused: boolean }> {
  const cache = new StageCache(settings.cacheDirectory, new Set(), undefined, home.entries);
  const made = await cache.run({
    stage: 'ingest',
    key: 'these rows',
    outcome,
    async produce(folder) {
      await writeFile(join(folder, 'rows'), `of attempt ${settings.attempt}`);
      return { rows: settings.attempt };
    },
  });
  const text = await readFile(join(await made.files(), 'rows'), 'utf8');
  cache.close();
  await home.entries.settled();
  return { text, isReused: made.cacheHit };
}

/** A training of an attempt, as far as its checkpoints go: a table that is filled with the number of the epoch. */
async function trainingOf({ settings, home }: HomeOfAttempt) {
  const told: StoredCheckpoint[] = [];
  const kept = home.checkpoints((checkpoint) => told.push(checkpoint));
  const folder = join(settings.artifactDirectory, 'checkpoints');
  const parameter = newParameter('table', 3, 1);
  const optimizer = newOptimizer(optimizerSchema.parse({ type: 'adagrad' }), [parameter]);
  const saved = { parameters: [parameter], optimizer, modelState: [] };
  await kept.adopt(folder);
  const trainer = { runId: settings.runId, attempt: settings.attempt };
  const checkpoints = await CheckpointFolder.open(folder, ['this training'], saved, trainer, kept);
  const save = async (epoch: number) => {
    parameter.values.fill(epoch);
    const path = await checkpoints.save({
      epoch,
      step: 0,
      lossSum: 0,
      seconds: 0,
      optimizer: { steps: epoch, owedDecay: 0 },
      plateau: NO_PLATEAU,
      best: NONE_SO_FAR,
      history: [],
    });
    kept.saved({ path, epoch });
    return path;
  };
  const restored = async () => {
    const newest = await checkpoints.restoreNewest(() => undefined);
    return { epoch: newest?.state.epoch, value: parameter.values[0] };
  };
  return { kept, told, checkpoints, save, restored };
}

/** What every home does. */
export function artifactHomeContract(name: string, opened: () => Promise<OpenedHomes>): void {
  describe(`the specification of a run at home in ${name}`, () => {
    it('is where it is read once it was brought', async () => {
      const homes = await opened();
      await homes.putSpec(JSON.stringify(SPEC));
      const { settings, home } = await homes.attempt(1);
      await home.bringSpec();
      expect(await readSpec(settings.specFile, settings)).toMatchObject(SPEC);
    });

    it('that is not there is an error that says so, and what to do', async () => {
      const { settings, home } = await (await opened()).attempt(1);
      const read = async () => {
        await home.bringSpec();
        return readSpec(settings.specFile, settings);
      };
      await expect(read()).rejects.toMatchObject({
        message: expect.stringMatching(/^there is no specification at /) as string,
        remedy: expect.stringMatching(/^name a JSON file that exists/) as string,
      });
    });
  });

  describe(`an output of a stage at home in ${name}`, () => {
    it('is found by the next attempt, with its files', async () => {
      const homes = await opened();
      expect(await rowsOf(await homes.attempt(1))).toEqual({ text: 'of attempt 1', isReused: false });
      expect(await rowsOf(await homes.attempt(2))).toEqual({ text: 'of attempt 1', isReused: true });
    });

    it('has files beside it that the next attempt finds by their names', async () => {
      const homes = await opened();
      const fileOf = ({ settings }: HomeOfAttempt) => join(settings.cacheDirectory, 'references/a.json');
      const first = await homes.attempt(1);
      await first.home.entries.bringFile('references/a.json', fileOf(first));
      await expect(readFile(fileOf(first))).rejects.toThrow('ENOENT');
      await mkdir(dirname(fileOf(first)), { recursive: true });
      await writeFile(fileOf(first), 'a profile');
      await first.home.entries.storeFile('references/a.json', fileOf(first));
      const second = await homes.attempt(2);
      await second.home.entries.bringFile('references/a.json', fileOf(second));
      expect(await readFile(fileOf(second), 'utf8')).toBe('a profile');
    });
  });

  describe(`a checkpoint at home in ${name}`, () => {
    it('is told when it is kept, and gone on from by the next attempt', async () => {
      const homes = await opened();
      const first = await trainingOf(await homes.attempt(1));
      expect(first.kept.newest).toBeNull();
      await first.save(1);
      await first.save(2);
      expect(await first.kept.flush(20_000)).toBe(true);
      expect(first.told.map(({ epoch }) => epoch)).toEqual([1, 2]);
      for (const { uri } of first.told)
        expect(await homes.read(`${uri}/checkpoint.json`)).toContain('sha256');
      expect(first.kept.newest).toEqual(first.told[1]);
      const second = await trainingOf(await homes.attempt(2));
      expect(await second.restored()).toEqual({ epoch: 2, value: 2 });
    });

    it('that is not needed any more is nowhere', async () => {
      const homes = await opened();
      const { kept, told, checkpoints, save } = await trainingOf(await homes.attempt(1));
      await save(1);
      const newest = await save(2);
      await kept.flush(20_000);
      await checkpoints.keepOnly(newest, []);
      await kept.flush(20_000);
      expect(await Promise.all(told.map(({ uri }) => homes.read(`${uri}/checkpoint.json`)))).toEqual([
        undefined,
        expect.any(String),
      ]);
    });

    it('is none of an attempt whose successor has begun', async () => {
      const homes = await opened();
      const late = await trainingOf(await homes.attempt(1));
      await late.save(1);
      await late.kept.flush(20_000);
      const next = await trainingOf(await homes.attempt(2));
      expect(await next.restored()).toMatchObject({ epoch: 1 });
      const saving = async () => {
        await late.save(2);
        await late.kept.flush(20_000);
        await late.save(3);
      };
      await expect(saving()).rejects.toThrow(Superseded);
      expect(late.told.map(({ epoch }) => epoch)).toEqual([1]);
      await expect(trainingOf(await homes.attempt(1))).rejects.toThrow(
        'attempt 2 trains already; this is attempt 1',
      );
    });

    it('of an earlier run is gone on from, and stays as it is', async () => {
      const homes = await opened();
      const earlier = await trainingOf(await homes.attempt(1, { run: 'earlier' }));
      await earlier.save(3);
      await earlier.kept.flush(20_000);
      const before = await homes.read(`${earlier.told[0]!.uri}/checkpoint.json`);
      const own = await homes.attempt(1, { resumes: 'earlier' });
      const training = await trainingOf(own);
      expect(await training.restored()).toEqual({ epoch: 3, value: 3 });
      expect(own.log).toContain('going on from the checkpoints of an earlier run');
      const newest = await training.save(4);
      await training.checkpoints.keepOnly(newest, []);
      await training.kept.flush(20_000);
      expect(await homes.read(`${earlier.told[0]!.uri}/checkpoint.json`)).toBe(before);
      const again = await trainingOf(await homes.attempt(2, { resumes: 'earlier' }));
      expect(await again.restored()).toEqual({ epoch: 4, value: 4 });
    });

    it('of an earlier run that has none is told to be missing', async () => {
      const own = await (await opened()).attempt(1, { resumes: 'earlier' });
      expect(await (await trainingOf(own)).restored()).toMatchObject({ epoch: undefined });
      expect(own.log).toEqual([
        expect.stringMatching(
          /earlier\/checkpoints.* has no checkpoints to go on from: the training begins anew$/,
        ),
      ]);
    });
  });

  describe(`an artifact at home in ${name}`, () => {
    it('is under the URI of its name when the model is kept', async () => {
      const homes = await opened();
      const { settings, home } = await homes.attempt(1);
      const folder = join(settings.artifactDirectory, 'model');
      await mkdir(join(folder, 'query_tower'), { recursive: true });
      await writeFile(join(folder, 'metadata.json'), '{}');
      await writeFile(join(folder, 'query_tower', 'model.json'), 'a tower');
      const uris = await home.storeModel(folder, {
        metadata: join(folder, 'metadata.json'),
        query_tower: join(folder, 'query_tower'),
      });
      expect(Object.keys(uris)).toEqual(['metadata', 'query_tower']);
      expect(await homes.read(uris['metadata']!)).toBe('{}');
      expect(await homes.read(`${uris['query_tower']}/model.json`)).toBe('a tower');
    });

    it('that is a single file is where the home says', async () => {
      const homes = await opened();
      const { settings, home } = await homes.attempt(1);
      const path = join(settings.artifactDirectory, 'profile.json');
      await mkdir(settings.artifactDirectory, { recursive: true });
      await writeFile(path, 'where the time went');
      expect(await homes.read(await home.storeFile(path))).toBe('where the time went');
    });

    it('that is the report about the data is where people are told, as far as there is one', async () => {
      const homes = await opened();
      const { settings, home } = await homes.attempt(1);
      await home.storeReport();
      const folder = join(settings.artifactDirectory, 'data');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'profile.html'), '<p>');
      await home.storeReport();
      expect(await homes.read(`${home.reportPlace}/profile.html`)).toBe('<p>');
    });
  });

  describe(`a callback that nobody has acknowledged, at home in ${name}`, () => {
    const entry = (seq: number) => ({
      id: `evt_${seq}`,
      kind: 'stage-complete' as const,
      body: {
        attempt: 1,
        seq,
        sentAt: '2026-11-20T12:00:00.000Z',
        stage: 'ingest',
        seconds: 1,
        cacheHit: false,
        counts: {},
        detail: '',
        warnings: [],
      },
    });

    it('is left for the next attempt', async () => {
      const homes = await opened();
      const journalsOf = ({ settings }: HomeOfAttempt) => join(settings.artifactDirectory, 'callbacks');
      const first = await homes.attempt(1);
      await first.home.journals.bring();
      expect(listJournals(journalsOf(first))).toEqual([]);
      const writer = new JournalWriter(journalOf(journalsOf(first), 1, 1));
      first.home.journals.start(1);
      writer.append(entry(1));
      writer.append(entry(2));
      writer.close();
      await first.home.journals.end(20_000);
      const second = await homes.attempt(2);
      await second.home.journals.bring();
      const [journal, ...others] = listJournals(journalsOf(second));
      expect(others).toEqual([]);
      expect([...unacknowledged(journal!)]).toEqual([entry(1), entry(2)]);
      expect((await readdir(journalsOf(second))).length).toBeGreaterThan(0);
    });
  });
}
