import type { ModelFormat } from './format.js';

/** The formats that are written, in this order; a format is one line here and one folder beside. */
export const MODEL_FORMATS: readonly ModelFormat[] = [];
