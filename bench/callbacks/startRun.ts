import { runViewSchema } from '@trainyard/shared';

/** Starts a run whose trainer nobody sees; gives its id. */
export async function startRun(url: string, modelId: string): Promise<string> {
  const spec = {
    dataset: { source: { uri: 'purchases.csv' } },
    features: {
      query: [{ column: 'user', transform: 'lookup', id: true }],
      candidate: [{ column: 'item', transform: 'lookup', id: true }],
    },
    training: { epochs: 10_000, earlyStopping: false },
  };
  const response = await fetch(`${url}/api/models/${modelId}/training-runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ spec }),
  });
  if (!response.ok) throw new Error(`a start was answered ${response.status}: ${await response.text()}`);
  return runViewSchema.parse(await response.json()).runId;
}
