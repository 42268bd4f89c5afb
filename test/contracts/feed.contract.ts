/** What every feed of the page keeps, whoever tells it. */
import { newModel, paths, type Run } from '@trainyard/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DocumentStore } from '../../functions/ports/documentStore/documentStore.js';
import { newRun } from '../support/newRun.js';
import { epochRow } from '../support/runView.js';
import { until } from '../support/until.js';
import { type Feed, thingsOf } from '../../dashboard/feed/feed.js';

/** More teams than one query of Firestore takes beside the states of open runs. */
export const TEAMS = ['red', ...Array.from({ length: 12 }, (_, i) => `team-${i}`)];
const [RED, LAST] = ['red', 'team-11'];

export interface FeedWorld {
  store: Pick<DocumentStore, 'transaction'>;
  /** As a viewer of `TEAMS`. */
  feed: Feed;
}

const NOW = new Date('2026-01-01T00:00:00.000Z');
const ids = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(20));
const runOf = (id: number, parts: Partial<Run>) =>
  newRun(NOW, { runId: ids[id] ?? '', status: 'running', ...parts });

export function feedContract(name: string, open: () => Promise<FeedWorld>): void {
  describe(`the feed of ${name}`, () => {
    const opened = async () => {
      const { store, feed } = await open();
      const put = (...runs: Run[]) =>
        store.transaction(async (tx) => {
          for (const run of runs) tx.set(paths.run(run.runId), { ...run });
        });
      const follow = async (topic: string) => {
        let told = 0;
        const stop = feed.subscribe(topic, () => (told += 1));
        onTestFinished(stop);
        await until(`all of ${topic}`, () => feed.state(topic).isReady);
        return { stop, told: () => told };
      };
      const runs = () =>
        thingsOf(feed.state('runs'), 'run').map(({ runId, status }) => `${runId[0]} ${status}`);
      return { store, feed, put, follow, runs };
    };

    it('tells of open runs of all teams of its reader, of each once, and how each ends', async () => {
      const { feed, put, follow, runs } = await opened();
      const both = runOf(0, { teams: [RED, LAST] });
      await put(both, runOf(1, { teams: ['foreign'] }), runOf(2, { teams: [LAST] }));
      await follow('runs');
      expect(runs().toSorted()).toEqual(['a running', 'c running']);
      expect(feed.status()).toBe('live');
      await put(runOf(3, { teams: ['*'] }));
      await until('a new run', () => runs().includes('d running'));
      // It leaves what one of the queries asks for, and stays with the other.
      await put({ ...both, teams: [LAST], currentStage: 'validate' });
      await until('a change of hands', () =>
        thingsOf(feed.state('runs'), 'run').some(({ currentStage }) => currentStage === 'validate'),
      );
      await put({ ...both, teams: [LAST], status: 'completed' });
      await until('the end', () => runs().includes('a completed'));
      expect(runs().toSorted()).toEqual(['a completed', 'c running', 'd running']);
    });

    it('tells of a run with what is below it, and of epochs as they come', async () => {
      const { store, feed, put, follow } = await opened();
      const run = runOf(0, { teams: [RED] });
      await put(run);
      const epoch = (number: number) =>
        store.transaction(async (tx) => tx.set(paths.epoch(run.runId, number), { ...epochRow(number) }));
      await epoch(1);
      const topic = `run:${run.runId}`;
      await follow(topic);
      const epochs = () => thingsOf(feed.state(topic), 'epoch').map((row) => row.epoch);
      expect(epochs()).toEqual([1]);
      expect(thingsOf(feed.state(topic), 'run')).toMatchObject([{ name: 'demo#1', status: 'running' }]);
      await epoch(2);
      await until('the second epoch', () => epochs().length === 2);
    });

    it('tells of models, and tells nothing more to whoever has turned away', async () => {
      const { store, feed, follow } = await opened();
      const model = (modelId: string, teams: string[]) =>
        store.transaction(async (tx) => tx.set(paths.model(modelId), { ...newModel(modelId, NOW), teams }));
      await model('shop', [RED]);
      await model('secret', ['foreign']);
      const first = await follow('models');
      const second = await follow('models');
      const shown = () => thingsOf(feed.state('models'), 'model').map(({ modelId }) => modelId);
      expect(shown()).toEqual(['shop']);
      first.stop();
      const before = first.told();
      await model('bakery', [LAST]);
      await until('another model', () => shown().includes('bakery'));
      expect(second.told()).toBeGreaterThan(0);
      expect(first.told()).toBe(before);
    });
  });
}
