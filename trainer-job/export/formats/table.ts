import type { ModelFormat } from './format.js';
import { onnxFormat } from './onnx/onnxFormat.js';
import { SAVED_MODEL } from './savedModel/format.js';
import { TFJS } from './tfjs/format.js';

/** The formats that are written, in this order; a format is one line here and one folder beside. */
export const MODEL_FORMATS: readonly ModelFormat[] = [SAVED_MODEL, TFJS, onnxFormat];
