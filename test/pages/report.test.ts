/** The report of a run, opened from the disk in a browser, as its reader does. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { writeEvaluation } from '../../trainer-job/evaluationReport/writeEvaluation.js';
import { hasChromium, openChromium, WITHOUT_CHROMIUM } from '../support/chromium.js';
import { sampleAnswersReport, sampleReport } from '../support/evaluation/sampleReport.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const CASES = [
  ['retrieval', sampleReport, 'light'],
  ['retrieval', sampleReport, 'dark'],
  ['answers', sampleAnswersReport, 'light'],
  ['answers', sampleAnswersReport, 'dark'],
] as const;

describe.skipIf(!hasChromium)(`report.html (${WITHOUT_CHROMIUM})`, () => {
  it.each(CASES)(
    'asks nobody for anything, and axe finds nothing: %s',
    async (_name, report, colorScheme) => {
      const folder = await temporaryFolder();
      await writeEvaluation(report(), folder);
      const browser = await openChromium();
      onTestFinished(() => browser.close());
      // Axe comes in from outside, which the page itself forbids.
      const page = await (await browser.newContext({ colorScheme, bypassCSP: true })).newPage();
      const found: string[] = [];
      page.on('console', (message) => found.push(message.text()));
      page.on('pageerror', (error) => found.push(error.message));
      page.on('request', (request) => {
        if (!request.url().startsWith('file:')) found.push(request.url());
      });
      await page.goto(pathToFileURL(join(folder, 'report.html')).href);
      await page.evaluate(AXE);
      const violations = await page.evaluate(
        'axe.run().then(({ violations }) => violations.map(({ id }) => id))',
      );
      expect({ found, violations }).toEqual({ found: [], violations: [] });
    },
  );

  it.each([
    ['retrieval', sampleReport],
    ['answers', sampleAnswersReport],
  ] as const)('fits on paper, with all of its figures: %s', async (_name, report) => {
    const folder = await temporaryFolder();
    const names = [5, 10, 50, 100].flatMap((k) =>
      ['recall', 'ndcg', 'hit_rate', 'precision', 'map', 'mrr'].map((name) => `test_${name}_at_${k}`),
    );
    const metrics = names.map((name) => ({ name, value: 0.5, interval: { low: 0.4, high: 0.6 } }));
    const sample = report();
    const slices = sample.slices.map((slice) => ({ ...slice, metrics: [...slice.metrics, ...metrics] }));
    await writeEvaluation({ ...sample, slices }, folder);
    const browser = await openChromium();
    onTestFinished(() => browser.close());
    // A4 within the usual margins.
    const page = await browser.newPage({ viewport: { width: 718, height: 1046 } });
    await page.emulateMedia({ media: 'print' });
    await page.goto(pathToFileURL(join(folder, 'report.html')).href);
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBe(718);
  });
});
