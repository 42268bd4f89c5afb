import { runName } from '@trainyard/shared';
import type { SummaryRow } from './summary.js';

/** Whether what people call a run by holds a text, in any case: its name, id, title, author, experiment or a tag. */
export function searched(modelId: string, search: string): (row: SummaryRow) => boolean {
  const text = search.toLowerCase();
  return ({ fields, tags }) => {
    const { runNumber, title, requestedBy, experiment, runId } = fields;
    const own = [runName({ modelId, runNumber }), runId, title, requestedBy, experiment ?? ''];
    const all = [...own, ...Object.entries(tags).map(([key, value]) => `${key}=${value}`)];
    return all.some((one) => one.toLowerCase().includes(text));
  };
}
