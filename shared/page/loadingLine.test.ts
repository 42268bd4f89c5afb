import { describe, expect, it } from 'vitest';
import { loadingLine } from './loadingLine.js';

describe('the line that loads an artifact', () => {
  it('takes a path on this machine, and a URI in a bucket', () => {
    expect(loadingLine('saved_model', 'file:///my%20runs/saved_model')).toBe(
      'tensorflow.saved_model.load("/my runs/saved_model")',
    );
    expect(loadingLine('items', 'gs://models/items.parquet')).toBe(
      'pandas.read_parquet("gs://models/items.parquet")',
    );
    expect(loadingLine('onnx_model', 'file:///m/model.onnx')).toBe(
      'onnxruntime.InferenceSession("/m/model.onnx")',
    );
  });

  it('is none where no program reads the artifact from there', () => {
    expect(loadingLine('onnx_model', 'gs://models/model.onnx')).toBeUndefined();
    expect(loadingLine('report', 'file:///m/report.html')).toBeUndefined();
  });
});
