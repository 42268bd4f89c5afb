import { selectBackend, type SelectedBackend } from '@trainyard/trainer-job/backend/selectBackend';
import { backendChoiceSchema } from '@trainyard/trainer-job/config';
import { tell } from './tell.js';

export const BACKEND_USAGE = '[--backend auto|tensorflow|wasm|cpu]';

/** Loads the backend that the flags ask for and says which it is. */
export async function backendOf(flag: string): Promise<SelectedBackend> {
  const backend = await selectBackend(backendChoiceSchema.parse(flag));
  tell(`backend ${backend.name}: ${backend.reason}`);
  return backend;
}
