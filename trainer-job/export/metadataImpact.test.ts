import { describe, expect, it } from 'vitest';
import { metadataImpact } from './metadataImpact.js';

const measured = (metric: string, value: number, loss: number, low: number) => [
  {
    metric,
    value,
    rows: 100,
    features: [
      { feature: 'item', tower: 'candidate' as const, loss: 0.2, interval: null },
      {
        feature: 'productMetadata',
        tower: 'candidate' as const,
        loss,
        interval: { low, high: 2 * loss - low },
      },
    ],
  },
];

describe('the impact of metadata', () => {
  it('is how much better the metric is with the properties of items than with those of others', () => {
    expect(metadataImpact(measured('test_recall_at_10', 0.24, 0.02, 0.01))).toMatchObject({
      metric: 'test_recall_at_10',
      with_metadata: 0.24,
      without_metadata: expect.closeTo(0.22, 12),
      improvement_vs_no_metadata: '+9.1%',
      proves_metadata_value: true,
    });
    expect(metadataImpact(measured('test_rmse', 0.9, 0.1, -0.01))).toMatchObject({
      without_metadata: 1,
      improvement_vs_no_metadata: '+10.0%',
      proves_metadata_value: false,
    });
    expect(metadataImpact(measured('test_recall_at_10', 0.2, -0.05, -0.1))).toMatchObject({
      improvement_vs_no_metadata: '-20.0%',
      proves_metadata_value: false,
    });
  });

  it('is none where nothing was measured, or items have no properties', () => {
    expect(metadataImpact([])).toBeNull();
    const [only] = measured('test_recall_at_10', 0.2, 0.1, 0.05);
    expect(metadataImpact([{ ...only!, features: only!.features.slice(0, 1) }])).toBeNull();
    expect(metadataImpact(measured('test_recall_at_10', 0.2, 0.2, 0.1))).toMatchObject({
      improvement_vs_no_metadata: null,
    });
  });
});
