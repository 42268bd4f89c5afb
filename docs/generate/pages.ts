/** Everything in `docs/reference`, by the name of its file. Each is a pure function: the same schemas give the same text. */
import { environmentPage } from './environmentPage.js';

export const pages: Readonly<Record<string, () => string>> = {
  'environment.md': environmentPage,
};
