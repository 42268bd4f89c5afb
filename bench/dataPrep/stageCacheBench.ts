import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench } from '../bench.js';
import { prepareInProcess, purchasesSpec } from './preparation.js';
import { NIGHTLY, writePurchases } from './purchases.js';

const BAR_SECONDS = 1;

export const stageCache: Bench = {
  name: 'stage-cache',
  claim: 'seconds of the data stages on a second run with the same data, and with one changed feature',
  usage: `[--rows ${NIGHTLY.rows}]`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: { rows: { type: 'string', default: String(NIGHTLY.rows) } },
    });
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-stage-cache-'));
    try {
      const file = join(folder, 'purchases.parquet');
      await writePurchases({ ...NIGHTLY, rows: Number(values.rows) }, file, folder);
      const first = await prepareInProcess(purchasesSpec(file), folder);
      const second = await prepareInProcess(purchasesSpec(file), folder);
      const third = await prepareInProcess(purchasesSpec(file, { minCount: 2 }), folder);
      const hits = (report: typeof first) => report.stages.filter(({ cacheHit }) => cacheHit).length;
      return {
        figures: {
          rows: Number(values.rows),
          first_seconds: Number(first.seconds.toFixed(2)),
          second_seconds: Number(second.seconds.toFixed(2)),
          changed_feature_seconds: Number(third.seconds.toFixed(2)),
          second_hits: hits(second),
          changed_feature_hits: hits(third),
        },
        bar: `second_seconds < ${BAR_SECONDS}, changed_feature_seconds < first_seconds / 2`,
        pass:
          hits(second) === 3 &&
          second.seconds < BAR_SECONDS &&
          hits(third) === 2 &&
          third.seconds < first.seconds / 2,
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
