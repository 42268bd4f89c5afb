import { describe, expect, it } from 'vitest';
import { machineSchema } from './machine.js';
import { machineWords } from './machineWords.js';

const machine = (parts: object) =>
  machineSchema.parse({ region: 'europe-west4', cpu: 32, memoryGb: 120, ...parts });

describe('the words for a machine', () => {
  it('say its GPUs, what they are good for, and that one of several computes', () => {
    expect(machineWords(machine({ accelerator: { type: 'nvidia-t4', count: 4 } }))).toBe(
      '4 × T4, 32 vCPU, 120 GB. Good for: small and middling models, at the least price of a GPU; a training computes on one of them.',
    );
  });

  it('say of spot that it may be interrupted', () => {
    expect(machineWords(machine({ spot: true }))).toMatch(
      /^32 vCPU, .*no GPU.*Spot: .* may be interrupted\.$/,
    );
    expect(machineWords(machine({}))).not.toContain('Spot');
  });

  it('have some for a machine of one’s own', () => {
    expect(machineWords(null)).toBe('one’s own machine');
  });
});
