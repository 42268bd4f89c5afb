import { describe, expect, it } from 'vitest';
import type { RunView } from '@trainyard/shared/http/bodies';
import { lookedAt, withRun } from './lookedAt.js';

const run = (runId: string, uri: string, digest: string) =>
  ({ runId, data: { uri, digest, fingerprint: '', snapshot: null, rows: 1 } }) as unknown as RunView;
const idsOf = (runs: readonly RunView[]) =>
  lookedAt(runs).map(({ uri, versions }) => [uri, versions.map(({ runId }) => runId)]);

describe('what runs have looked at', () => {
  it('is each version of the rows once, by its newest run, under where they came from', () => {
    const runs = [
      run('d', 'b.csv', '2'),
      run('c', 'a.csv', '1'),
      run('b', 'b.csv', '2'),
      run('a', 'b.csv', '1'),
    ];
    expect(idsOf(runs)).toEqual([
      ['b.csv', ['d', 'a']],
      ['a.csv', ['c']],
    ]);
  });

  it('is nothing of runs that ended before they had looked', () => {
    expect(lookedAt([{ runId: 'a', data: null } as unknown as RunView])).toEqual([]);
  });

  it('stands for its version by the run that is asked for', () => {
    const [newest, older] = [run('b', 'a.csv', '1'), run('a', 'a.csv', '1')];
    expect(idsOf(withRun([newest, older], older))).toEqual([['a.csv', ['a']]]);
  });
});
