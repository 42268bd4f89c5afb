/** The sections of the page, in their order. */
import type { Section } from '../page/section.js';
import { changes } from './changes.js';
import { configuration } from './configuration.js';
import { data } from './data.js';
import { environment } from './environment.js';
import { gates } from './gates.js';
import { importance } from './importance.js';
import { lists } from './lists.js';
import { methods, metrics } from './methods.js';
import { performance } from './performance.js';
import { ratingErrors } from './ratingErrors.js';
import { samples } from './samples.js';
import { slices } from './slices.js';
import { sweep } from './sweep.js';
import { training } from './training.js';
import { warnings } from './warnings.js';
import { yesOrNo } from './yesOrNo.js';

export const SECTIONS: readonly Section[] = [
  warnings,
  methods,
  gates,
  sweep,
  metrics,
  slices,
  yesOrNo,
  ratingErrors,
  importance,
  lists,
  changes,
  samples,
  performance,
  training,
  data,
  configuration,
  environment,
];
