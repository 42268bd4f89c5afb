import { describe, expect, it } from 'vitest';
import { sampleReport } from '../../../test/support/evaluation/sampleReport.js';
import { html } from '@trainyard/shared/page/html';
import { openCharts } from '../charts/charts.js';
import { slices } from './slices.js';

const slice = (by: string, metrics: Record<string, number>) => ({
  by,
  value: 'some',
  rows: 10,
  users: 5,
  metrics: Object.entries(metrics).map(([name, value]) => ({ name, value, interval: null })),
  comparisons: [],
  isWorse: by === 'newItems',
});

describe('the table of slices', () => {
  it('has every metric of any slice, the primary one first, though new items stand first and have few', async () => {
    const report = sampleReport({
      primaryMetric: 'test_ndcg_at_5',
      slices: [
        slice('newItems', { test_recall_at_1: 0, test_recall_at_5: 0 }),
        slice('city', { test_ndcg_at_5: 0.25, test_recall_at_1: 0.1, test_recall_at_5: 0.3 }),
      ],
    });
    const page = html`${slices.content({ report, charts: await openCharts() }) ?? ''}`.text;
    const [, head] = /<thead>(.*?)<\/thead>/s.exec(page)!;
    const titles = [...head!.matchAll(/<th[^>]*>(.*?)<\/th>/gs)].map(([, title]) => title!.trim());
    expect(titles).toEqual(['slice', 'rows', 'users', 'ndcg@5', 'recall@1', 'recall@5', 'note']);
    expect(page).toContain('0.2500');
  });

  it('says how many are worse, that some look so by chance, and how many the chart has', async () => {
    const many = Array.from({ length: 25 }, () => slice('city', { test_recall_at_5: 0.3 }));
    const textOf = async (...all: ReturnType<typeof slice>[]) => {
      const report = sampleReport({ primaryMetric: 'test_recall_at_5', slices: all });
      return html`${slices.content({ report, charts: await openCharts() }) ?? ''}`.text.replaceAll(
        /\s+/g,
        ' ',
      );
    };
    const one = slice('newItems', { test_recall_at_5: 0 });
    expect(await textOf(one, ...many)).toMatch(
      /1 of 26 slices is worse than all rows .* two or three look so by chance\. The chart has the first 20\./,
    );
    expect(await textOf(one)).not.toContain('The chart has the first');
    expect(await textOf(many[0]!)).toContain('No slice is worse');
  });
});
