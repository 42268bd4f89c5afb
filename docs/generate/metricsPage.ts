/** The reference of metrics, as their table has it. */
import { metricsPage as metricsOfTable } from '@trainyard/shared';
import { NOTICE } from './markdown.js';

export function metricsPage(): string {
  return `${NOTICE}\n\n${metricsOfTable()}`;
}
