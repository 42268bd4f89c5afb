/** Everything in `docs/reference`, by the name of its file. Each is a pure function: the same schemas give the same text. */
import { apiPage } from './apiPage.js';
import { commandLinePage } from './commandLinePage.js';
import { environmentPage } from './environmentPage.js';
import { errorsPage } from './errorsPage.js';
import { eventsPage } from './eventsPage.js';
import { formatsPage } from './formatsPage.js';
import { metricsPage } from './metricsPage.js';
import { specificationPage } from './specificationPage.js';

export const pages: Readonly<Record<string, () => string>> = {
  'api.md': apiPage,
  'command-line.md': commandLinePage,
  'environment.md': environmentPage,
  'errors.md': errorsPage,
  'events.md': eventsPage,
  'formats.md': formatsPage,
  'metrics.md': metricsPage,
  'specification.md': specificationPage,
};
