import { fork } from 'node:child_process';
import { once } from 'node:events';
import { trainingSpecSchema, type TrainingSpecInput } from '@trainyard/shared';
import { config } from '../environment.js';
import { preparedSchema, type PreparedReport, type PrepareSettings } from './settings.js';

/**
 * Towers of user, revenue, city and time against product, category, subcategory and the words of its name, over the made-up
 * purchases; cities that occur less than `minCount` times are unknown.
 */
export function purchasesSpec(file: string, { minCount = 1 } = {}): TrainingSpecInput {
  return {
    dataset: { source: { uri: file }, split: { strategy: 'time', column: 'timestamp' } },
    features: {
      query: [
        { column: 'cust_person_id', transform: 'lookup', id: true, dim: 64 },
        { column: 'revenue', transform: 'normalize', log1p: true },
        { column: 'city', transform: 'lookup', dim: 16, minCount },
        { column: 'timestamp', transform: 'cyclical', periods: ['hour-of-day', 'day-of-week'] },
      ],
      candidate: [
        { column: 'product_id', transform: 'lookup', id: true, dim: 32 },
        { column: 'stratbuy_domain_desc', transform: 'lookup', dim: 16 },
        { column: 'mge_main_cat_desc', transform: 'lookup', dim: 24 },
        { column: 'art_name', transform: 'text', dim: 32 },
      ],
    },
  };
}

/** Runs `ingest`, `validate` and `transform` in a process of their own, with the cache below `folder`. */
export async function prepareInProcess(spec: TrainingSpecInput, folder: string): Promise<PreparedReport> {
  const settings: PrepareSettings = { spec: trainingSpecSchema.parse(spec), folder };
  const child = fork(config.prepareProcess, [JSON.stringify(settings)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the preparation has ended by itself with exit code ${String(code)}`);
  });
  ended.catch(() => undefined);
  const [report] = await Promise.race([once(child, 'message'), ended]);
  return preparedSchema.parse(report);
}
