/** What serving takes, of the exported model and of the version that serves, on this machine. */
import { cutText, parseMetricName, type TrainingSpec } from '@trainyard/shared';
import type { EncodedDataset } from '../data/encodedDataset.js';
import { measurePerformance, type MeasuredServing } from '../export/measurePerformance.js';
import { sampleQueries } from '../export/sampleQueries.js';
import { bringModel } from '../home/bringModel.js';
import type { Attempt } from './attempt.js';
import { Stopped } from './runStages.js';

/** A model that cannot be asked is exported all the same: why it was not measured is said in the report. */
export async function measuredServing(
  { reporter }: Pick<Attempt, 'reporter'>,
  folder: string,
  data: EncodedDataset,
  between: () => Promise<void>,
): Promise<MeasuredServing> {
  try {
    return await measurePerformance(folder, await sampleQueries(data), between);
  } catch (error) {
    if (error instanceof Stopped) throw error;
    const why = error instanceof Error ? error.message : String(error);
    reporter.log('warn', `what serving the model takes was not measured: ${why}`);
    const what = 'the latency, size and memory of the exported model';
    return { performance: null, leftOut: [{ what, why: cutText(why, 500), remedy: null }] };
  }
}

/** Null where no gate compares with it, no version serves, or it could not be asked, which is logged. */
export async function measuredProduction(
  attempt: Attempt,
  { evaluation }: TrainingSpec,
  data: EncodedDataset,
  between: () => Promise<void>,
): Promise<MeasuredServing['performance']> {
  const { settings, stop } = attempt;
  const isAsked = evaluation.gates.some(
    ({ metric, aboveProduction }) => aboveProduction && parseMetricName(metric)?.split === 'serving',
  );
  if (!isAsked || settings.production === null) return null;
  const folder = await bringModel(settings.production, settings, stop.signal).catch((error: unknown) => {
    if (stop.reason !== null) throw new Stopped();
    attempt.reporter.log('warn', `the version that serves could not be measured: ${String(error)}`);
    return null;
  });
  return folder === null ? null : (await measuredServing(attempt, folder, data, between)).performance;
}
