import { gateResultSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { sampleReport } from '../../../test/support/evaluation/sampleReport.js';
import { html } from '@trainyard/shared/page/html';
import { openCharts } from '../charts/charts.js';
import { gates } from './gates.js';

/** The texts of the cells, row by row, and what stands above them. */
async function shown(report = sampleReport()): Promise<{ summary: string; rows: string[][] }> {
  const page = html`${gates.content({ report, charts: await openCharts() }) ?? ''}`.text;
  const textOf = (markup: string) =>
    markup
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim();
  const rows = [...page.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
    [...row!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell]) => textOf(cell!)),
  );
  return { summary: textOf(/<p[^>]*>(.*?)<\/p>/s.exec(page)?.[1] ?? ''), rows: rows.slice(1) };
}

describe('the gates of a report', () => {
  it('are said in words, the missed ones first: what each is on, what it asks for, how sure its value is, and why', async () => {
    expect(await shown()).toEqual({
      summary: '1 of 4 gates is missed; it is not critical, so that it keeps no version from promotion.',
      rows: [
        [
          'test recall@100 where city is Graz not critical, of the gate set fairness',
          'missed',
          'at least 0.75 on the worse bound of the interval',
          '0.7400',
          '0.7180 to 0.7620',
          'the lower bound of its interval, 0.718, is below 0.75',
        ],
        ['test recall@100', 'passed', 'at least 0.7, above each user’s own history', '0.8193', '–', '–'],
        ['data psi of price', 'passed', 'at most 0.2', '0.0400', '–', '–'],
        [
          'test recall@100',
          'passed',
          'above the version in production by at least 2 %',
          '0.8193',
          '–',
          'no version was in production to compare it with',
        ],
      ],
    });
  });

  it('say what keeps a version from promotion', async () => {
    const metric = 'test_recall_at_100';
    const missed = gateResultSchema.parse({ metric, atLeast: 0.9, value: 0.8, passed: false });
    const passed = gateResultSchema.parse({ metric, atLeast: 0.7, value: 0.8, passed: true });
    const summaryOf = async (...all: (typeof passed)[]) =>
      (await shown(sampleReport({ gates: all }))).summary;
    expect(await summaryOf(passed)).toBe('Its only gate is passed.');
    expect(await summaryOf(passed, passed)).toBe('All 2 gates are passed.');
    expect(await summaryOf(passed, missed)).toBe(
      '1 of 2 gates is missed; it is critical, so that the version is not promoted.',
    );
    expect(await summaryOf({ ...missed, critical: false }, { ...missed, critical: false })).toBe(
      '2 of 2 gates are missed; none of these is critical, so that they keep no version from promotion.',
    );
    expect(await summaryOf(missed, missed, { ...missed, critical: false })).toBe(
      '3 of 3 gates are missed; 2 of these are critical, so that the version is not promoted.',
    );
  });
});
