import { describe, expect, it } from 'vitest';
import { runView } from '../../test/support/runView.js';
import { originLines } from './origin.js';

const NONE = { quickTest: null, fullRuns: [], parent: null, children: [] };
const cut = { setting: 'training.epochs', was: 20, is: 3, why: '3 epochs at most instead of 20' };
const quick = { ...runView(), status: 'completed' as const, quickTest: { cuts: [cut] } };
const full = {
  runId: 'abcdefghijklmnopqrst',
  name: 'shop#9',
  title: '',
  status: 'running' as const,
  repeat: null,
};

describe('what a run says of where it comes from', () => {
  it('names each cut setting of a quick test, and how the whole is trained until it is', () => {
    const text = originLines(quick, NONE, 100).join('\n');
    expect(text).toContain('- training.epochs: 3 epochs at most instead of 20');
    expect(text).toContain(`trainyard train-full ${quick.name}`);
    const trained = originLines(quick, { ...NONE, fullRuns: [full] }, 100).join('\n');
    expect(trained).toContain('trained on everything by shop#9, which is running');
    expect(trained).not.toContain('train-full');
  });

  it('names the quick test of a run on everything, and says nothing of all others', () => {
    const run = runView();
    expect(originLines(run, { ...NONE, quickTest: full }, 100)).toEqual([
      '  it came from the quick test shop#9, which is running',
    ]);
    expect(originLines(run, NONE, 100)).toEqual([]);
  });
});
