import type { TypeFigures } from './KpiRows.js';

/** The completed runs that are not among the best, by why: empty where there is none. */
export function leftOutText({ quickTests, samples, repetitions }: TypeFigures['leftOut']): string {
  const kinds = [
    [quickTests, 'quick test'],
    [samples, 'other run on a sample of the rows'],
    [repetitions, 'repetition with another seed'],
  ] as const;
  const named = kinds.flatMap(([count, kind]) =>
    count === 0 ? [] : [`${count.toLocaleString('en')} ${count === 1 ? kind : pluralOf(kind)}`],
  );
  return named.length === 0 ? '' : `Not compared: ${named.join(', ')}.`;
}

const pluralOf = (kind: string) =>
  kind.replace(/test|run|repetition/, (noun) => `${noun}s`).replace('another seed', 'other seeds');
