import { describe, expect, it } from 'vitest';
import { newRun } from '../../test/support/newRun.js';
import { stageCompleteSchema } from '../callbacks/bodies.js';
import { transition } from '../lifecycle/transition.js';
import { runSchema, type Run } from './run.js';
import { runWarning, type RunWarning } from './warnings.js';

const NOW = new Date('2026-01-01T00:00:00.000Z');
const unmatched = (rows: number) =>
  runWarning('unmatched-rows', `${rows} rows match nothing`, null, { rows });

function after(run: Run, stage: 'ingest' | 'train', warnings: readonly RunWarning[], seq = 1): Run {
  const sender = { attempt: run.attempt, seq, sentAt: NOW.toISOString() };
  const body = stageCompleteSchema.parse({ ...sender, stage, seconds: 1, cacheHit: false, warnings });
  return transition(run, { type: 'callback', kind: 'stage-complete', body }, NOW).run;
}

describe('the warnings of a run', () => {
  const run = newRun(NOW, { status: 'running' });

  it('are those of its stages, in the order of the stages however their callbacks arrive', () => {
    const both = after(after(run, 'train', [unmatched(2)], 4), 'ingest', [unmatched(1)], 1);
    expect(both.warnings).toEqual([
      { ...unmatched(1), stage: 'ingest' },
      { ...unmatched(2), stage: 'train' },
    ]);
    expect(runSchema.parse(both).warnings).toEqual(both.warnings);
  });

  it('are replaced by what the stage says when it is done again', () => {
    expect(after(after(run, 'ingest', [unmatched(1)]), 'ingest', [], 2).warnings).toEqual([]);
  });

  it('are so few that the document stays small', () => {
    const long = Array.from({ length: 20 }, () => ({ ...unmatched(1), message: 'x'.repeat(1000) }));
    const full = after(after(run, 'train', long, 2), 'ingest', long);
    expect(full.warnings).toHaveLength(40);
    expect(JSON.stringify(full.warnings).length).toBeLessThan(50_000);
  });

  it('are none where a trainer or a document of before knows of none', () => {
    const { warnings: _none, ...before } = run;
    expect(runSchema.parse(before).warnings).toEqual([]);
    const body = {
      attempt: 1,
      seq: 1,
      sentAt: NOW.toISOString(),
      stage: 'ingest',
      seconds: 1,
      cacheHit: false,
    };
    expect(stageCompleteSchema.parse(body).warnings).toEqual([]);
  });

  it('are cut where their texts are too long for a callback', () => {
    const { message, remedy } = runWarning('cast-failed', 'x'.repeat(2000), 'y'.repeat(2000));
    expect([message.length, remedy?.length]).toEqual([1000, 500]);
  });
});
