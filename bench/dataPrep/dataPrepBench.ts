import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench } from '../bench.js';
import { prepareInProcess, purchasesSpec } from './preparation.js';
import { NIGHTLY, writePurchases } from './purchases.js';
import { printProgress } from '../progress.js';

/** Seconds and megabytes that a size must stay under, for two cores. */
function barsOf(rows: number): { seconds: number; megabytes: number } {
  return rows <= NIGHTLY.rows ? { seconds: 30, megabytes: 2048 } : { seconds: 360, megabytes: 3072 };
}

export const dataPrep: Bench = {
  name: 'data-prep',
  claim:
    'seconds and peak memory of ingest, validate and transform on made-up purchases, eight columns, Parquet',
  usage: `[--rows ${NIGHTLY.rows}]`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: { rows: { type: 'string', default: String(NIGHTLY.rows) } },
    });
    const rows = Number(values.rows);
    const bars = barsOf(rows);
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-data-prep-'));
    try {
      const file = join(folder, 'purchases.parquet');
      await writePurchases({ ...NIGHTLY, rows }, file, folder);
      printProgress(`${rows} rows are written`);
      const report = await prepareInProcess(purchasesSpec(file), folder);
      return {
        figures: {
          rows,
          ...Object.fromEntries(
            report.stages.map(({ stage, seconds }) => [`${stage}_seconds`, Number(seconds.toFixed(2))]),
          ),
          seconds: Number(report.seconds.toFixed(2)),
          peak_rss_mb: Math.round(report.peakMegabytes),
        },
        bar: `seconds < ${bars.seconds}, peak_rss_mb < ${bars.megabytes}`,
        pass: report.seconds < bars.seconds && report.peakMegabytes < bars.megabytes,
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
