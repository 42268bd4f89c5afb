import type { TrainingSpecInput } from '@trainyard/shared';

/** The peer's model and objective: id embeddings 64/32, towers 128-64-32, in-batch softmax, Adagrad 0.02. */
export function peerSpec(parquet: string, batchSize: number, epochs: number): TrainingSpecInput {
  return {
    dataset: {
      source: { uri: parquet },
      columns: { CustomerID: { cast: 'int64' }, Description: { trim: true } },
      where: [
        { column: 'CustomerID', is: 'notNull' },
        { column: 'Description', is: 'notNull' },
        { column: 'Quantity', is: 'greater', value: 0 },
      ],
      split: { strategy: 'time', column: 'InvoiceDate' },
    },
    features: {
      query: [{ column: 'CustomerID', transform: 'lookup', id: true, dim: 64 }],
      candidate: [{ column: 'Description', transform: 'lookup', id: true, dim: 32 }],
    },
    training: {
      epochs,
      batchSize,
      optimizer: { type: 'adagrad', learningRate: 0.02 },
      negatives: { type: 'inBatch', samplingCorrection: false },
      earlyStopping: false,
    },
  };
}
