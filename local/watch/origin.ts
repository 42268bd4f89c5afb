import type { Relatives, RunView } from '@trainyard/shared';
import { plain, wrap } from './layout.js';

/** A quick test says what it left out and how the whole is trained; a run on everything, which quick test it came from. */
export function originLines(run: RunView, { quickTest, fullRuns }: Relatives, width: number): string[] {
  const name = plain(run.name);
  const said = [
    ...(quickTest
      ? [`it came from the quick test ${plain(quickTest.name)}, which is ${quickTest.status}`]
      : []),
    ...(run.quickTest ? quickTestWords(run) : []),
    ...fullRuns.map((full) => `trained on everything by ${plain(full.name)}, which is ${full.status}`),
    ...(run.quickTest && run.status === 'completed' && fullRuns.length === 0
      ? [`train the same on everything: trainyard train-full ${name}`]
      : []),
  ];
  return said.flatMap((text) => wrap(text, width, '  '));
}

/** What a quick test leaves out, by the setting that does it. */
export function quickTestWords({ quickTest }: Pick<RunView, 'quickTest'>): string[] {
  if (!quickTest) return [];
  return ['a quick test:', ...quickTest.cuts.map(({ setting, why }) => `- ${setting}: ${plain(why)}`)];
}
