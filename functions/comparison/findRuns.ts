/** Finds runs by what people call them. */
import { runReferenceOf, runName, type Run } from '@trainyard/shared';
import type { DocumentStore } from '../ports/documentStore/documentStore.js';
import { queries } from '../queries.js';
import { parseRun, readRun } from '../runs/repository.js';
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
  const numbers = new Map<string, number[]>();
  const byId: string[] = [];
  for (const text of references) {
    const reference = runReferenceOf(text);
    if (reference && 'runId' in reference) byId.push(reference.runId);
    else if (reference)
      numbers.set(reference.modelId, [...(numbers.get(reference.modelId) ?? []), reference.runNumber]);
  }
  await Promise.all([
    ...byId.map(async (runId) => {
      const run = await readRun(store, runId);
      if (run) byReference.set(runId, run);
    }),
    ...[...numbers].flatMap(([modelId, of]) =>
      inParts(of).map(async (part) => {
        for (const document of await store.query(queries.runsOfNumbers(modelId, part))) {
          const run = parseRun(document);
          byReference.set(runName(run), run);
        }
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

function inParts(numbers: readonly number[]): number[][] {
  const parts: number[][] = [];
  for (let at = 0; at < numbers.length; at += MOST_CHOICES) parts.push(numbers.slice(at, at + MOST_CHOICES));
  return parts;
}
