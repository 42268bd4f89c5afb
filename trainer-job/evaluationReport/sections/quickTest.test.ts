import { describe, expect, it } from 'vitest';
import { sampleReport } from '../../../test/support/evaluation/sampleReport.js';
import { html } from '@trainyard/shared/page/html';
import { openCharts } from '../charts/charts.js';
import { training } from './training.js';

async function shown(sameRows: boolean, isQuick = true): Promise<string> {
  const report = sampleReport();
  const { provenance, metrics } = report;
  const [first] = metrics;
  if (!provenance || !first) throw new Error('the sample has a provenance and metrics');
  const quickResult = {
    name: 'shop#46',
    rowsDigest: sameRows ? provenance.data.digest : null,
    metrics: { [first.name]: first.value - 0.125 },
  };
  const told = { ...report, provenance: { ...provenance, quickResult: isQuick ? quickResult : null } };
  const page = html`${training.content({ report: told, charts: await openCharts() }) ?? ''}`.text;
  return page.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
}

describe('the report of a run that came from a quick test', () => {
  it('has its metrics beside those of the quick test, and says where these are of other rows', async () => {
    const other = await shown(false);
    expect(other).toMatch(/Against the quick test shop#46 .* \+0\.1250 /);
    expect(other).toContain('measured on other rows');
    expect(await shown(true)).not.toContain('measured on other rows');
  });

  it('says nothing of one where there was none', async () => {
    expect(await shown(true, false)).not.toContain('Against the quick test');
  });
});
