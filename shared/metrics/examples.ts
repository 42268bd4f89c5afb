/** Metrics as examples of the schemas that hold them, by names that the table makes. */
import { metricName } from './names.js';
import { METRICS } from './table.js';

const VALIDATION_LOSS = metricName(METRICS.loss, 'validation');
const TEST_RECALL = metricName(METRICS.recall, 'test', 10);

/** A name, as the words of a description show it. */
export const RECALL_NAME = metricName(METRICS.recall, 'validation', 10);

/** Of an epoch. */
export const EPOCH_METRICS = {
  [metricName(METRICS.loss, 'training')]: 6.52,
  [VALIDATION_LOSS]: 6.48,
  [RECALL_NAME]: 0.213,
};

/** Of an epoch, where one number is enough. */
export const ONE_METRIC = { [VALIDATION_LOSS]: 6.48 };

/** Of a finished model. */
export const RESULT_METRICS = { [VALIDATION_LOSS]: 6.41, [TEST_RECALL]: 0.208 };

/** Of a baseline beside it. */
export const BASELINE_METRICS = { [TEST_RECALL]: 0.061 };

/** A line of a trainer's log. */
export const LOG_MESSAGE = `epoch 3 of 20: ${VALIDATION_LOSS} 6.48`;
