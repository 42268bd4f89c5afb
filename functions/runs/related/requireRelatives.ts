/** What a request says a run comes from is there, and of the same model: a slip would be found out when nobody can mend it. */
import { paths, runName, type GivenIdentity } from '@trainyard/shared';
import { DomainError } from '../../errors/domainError.js';
import type { DocumentReader } from '../../ports/documentStore/documentStore.js';
import { readRun } from '../repository.js';

type Named = Pick<GivenIdentity, 'parentRunId' | 'quickRunId'>;

/** Throws `invalid-request` that names each field which is wrong. Whoever may start runs of the model sees all that it reveals. */
export async function requireRelatives(
  from: DocumentReader,
  modelId: string,
  { parentRunId, quickRunId }: Named,
): Promise<void> {
  const found = await Promise.all([
    parentRunId ? parentMistake(from, modelId, parentRunId) : undefined,
    quickRunId ? quickTestMistake(from, modelId, quickRunId) : undefined,
  ]);
  const errors = found.flatMap((mistake) => mistake ?? []);
  if (errors.length === 0) return;
  const told = errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ');
  throw new DomainError('invalid-request', `The body is not valid: ${told}`, { errors });
}

interface Mistake {
  pointer: string;
  detail: string;
}

async function parentMistake(
  from: DocumentReader,
  modelId: string,
  id: string,
): Promise<Mistake | undefined> {
  if ((await readRun(from, id))?.modelId === modelId) return undefined;
  if ((await from.get(paths.sweep(id)))?.data['modelId'] === modelId) return undefined;
  const detail = `is ${id}, and model ${modelId} has no run and no sweep of this id: give one of its own, or leave it out`;
  return { pointer: '/parentRunId', detail };
}

async function quickTestMistake(
  from: DocumentReader,
  modelId: string,
  id: string,
): Promise<Mistake | undefined> {
  const run = await readRun(from, id);
  const pointer = '/quickRunId';
  if (run?.modelId !== modelId)
    return {
      pointer,
      detail: `is ${id}, and model ${modelId} has no run of this id: give one of its own, or leave it out`,
    };
  if (run.quickTest !== null) return undefined;
  return {
    pointer,
    detail: `is ${id}, and ${runName(run)} is no quick test: a parent is named by parentRunId`,
  };
}
