/** Finds runs by what people call them. */
import { runReferenceOf, runName, type Run } from '@trainyard/shared';
import type { DocumentStore } from '../ports/documentStore/documentStore.js';
import { queries } from '../queries.js';
import { parseRun, readRun } from '../runs/repository.js';
import { pageOf } from '../runs/summaries/page.js';
import { readSomePages } from '../runs/summaries/pageCache.js';
import { notFound } from '../errors/domainError.js';

/** A query takes so many choices of a field. */
const MOST_CHOICES = 30;

/** Each of the references with its run, in their order. Throws `not-found` with all that are not there, or not for this caller. */
export async function findRuns(
  store: DocumentStore,
  references: readonly string[],
  maySeeRun: (run: Run) => boolean,
): Promise<Run[]> {
  const byReference = new Map<string, Run>();
  const keep = (run: Run) => byReference.set(run.runId, run).set(runName(run), run);
  const numbers = new Map<string, number[]>();
  const byId: string[] = [];
  for (const text of references) {
    const reference = runReferenceOf(text);
    if (reference && 'runId' in reference) byId.push(reference.runId);
    else if (reference)
      numbers.set(reference.modelId, [...(numbers.get(reference.modelId) ?? []), reference.runNumber]);
  }
  const byNumber = await Promise.all([...numbers].map(([modelId, of]) => summarized(store, modelId, of)));
  await Promise.all([
    ...[...byId, ...byNumber.flatMap(({ runIds }) => runIds)].map(async (runId) => {
      const run = await readRun(store, runId);
      if (run) keep(run);
    }),
    ...byNumber.flatMap(({ modelId, rest }) =>
      inParts(rest).map(async (part) => {
        for (const document of await store.query(queries.runsOfNumbers(modelId, part)))
          keep(parseRun(document));
      }),
    ),
  ]);
  const found = references.flatMap((text) => {
    const run = byReference.get(text);
    return run && maySeeRun(run) ? [{ text, run }] : [];
  });
  const missing = references.filter((text) => !found.some((one) => one.text === text));
  if (missing.length > 0) throw notFound(`run ${missing.join(', ')}`);
  return found.map(({ run }) => run);
}

/**
 * The ids of a model's runs by their numbers, by the summaries, of which a hundred are in one document: on one machine a query goes through all
 * runs there are. `rest` are the numbers that have no summary yet.
 */
async function summarized(
  store: DocumentStore,
  modelId: string,
  numbers: readonly number[],
): Promise<{ modelId: string; runIds: string[]; rest: number[] }> {
  const known = new Map<number, string>();
  for (const { rows } of (await readSomePages(store, modelId, [...new Set(numbers.map(pageOf))])).values())
    for (const { fields } of rows) known.set(fields.runNumber, fields.runId);
  const runIds = numbers.flatMap((number) => known.get(number) ?? []);
  return { modelId, runIds, rest: numbers.filter((number) => !known.has(number)) };
}

function inParts(numbers: readonly number[]): number[][] {
  const parts: number[][] = [];
  for (let at = 0; at < numbers.length; at += MOST_CHOICES) parts.push(numbers.slice(at, at + MOST_CHOICES));
  return parts;
}
