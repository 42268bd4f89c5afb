import type { TrainingSpecInput } from '@trainyard/shared';
import { onlineRetailRows } from './onlineRetailRows.js';

/** The peer's model and objective: id embeddings 64/32, towers 128-64-32, in-batch softmax, Adagrad 0.02. */
export function peerSpec(parquet: string, batchSize: number, epochs: number): TrainingSpecInput {
  return {
    dataset: {
      ...onlineRetailRows(parquet),
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
