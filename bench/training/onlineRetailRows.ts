import type { TrainingSpecInput } from '@trainyard/shared';

/** The rows of Online Retail that models are compared on: sales to customers that are known, of products that have a name. */
export function onlineRetailRows(uri: string): Omit<TrainingSpecInput['dataset'], 'split'> {
  return {
    source: { uri },
    columns: { CustomerID: { cast: 'int64' }, Description: { trim: true } },
    where: [
      { column: 'CustomerID', is: 'notNull' },
      { column: 'Description', is: 'notNull' },
      { column: 'Quantity', is: 'greater', value: 0 },
    ],
  };
}
