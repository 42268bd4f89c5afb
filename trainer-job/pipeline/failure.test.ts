import { runErrorSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { TrainerError } from '../errors/trainerError.js';
import { failureOf } from './failure.js';

describe('a failure', () => {
  it('of the specification is final, with its remedy', () => {
    expect(failureOf(new TrainerError('invalid-spec', 'widths differ', 'make them equal'), 'train')).toEqual({
      error: { code: 'invalid-spec', message: 'widths differ', stage: 'train', remedy: 'make them equal' },
      retriable: false,
    });
  });

  it('to keep to numbers has a code of its own, and is final', () => {
    expect(failureOf(new TrainerError('diverged', 'the loss became NaN', 'lower it'), 'train')).toEqual({
      error: { code: 'diverged', message: 'the loss became NaN', stage: 'train', remedy: 'lower it' },
      retriable: false,
    });
  });

  it('of the data is final, and knows its stage', () => {
    const thrown = new TrainerError('missing-column', 'no column "user"', 'name another column', {
      stage: 'validate',
    });
    expect(failureOf(thrown, 'ingest')).toEqual({
      error: {
        code: 'missing-column',
        message: 'no column "user"',
        stage: 'validate',
        remedy: 'name another column',
      },
      retriable: false,
    });
  });

  it.each([
    'std::bad_alloc',
    'Array buffer allocation failed',
    'OOM when allocating tensor with shape [1]',
    'RESOURCE_EXHAUSTED: no memory',
  ])('of memory is tried again and says what to lower: %s', (message) => {
    expect(failureOf(new RangeError(message), null)).toMatchObject({
      error: { code: 'out-of-memory', remedy: expect.stringContaining('batchSize') as string },
      retriable: true,
    });
  });

  it('of the disk is named', () => {
    const thrown = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    expect(failureOf(thrown, 'ingest').error.code).toBe('disk-full');
    const ofDuckDb = new Error('IO Error: Could not write file "items.parquet": No space left on device');
    expect(failureOf(ofDuckDb, 'register').error.code).toBe('disk-full');
  });

  it('that nobody foresaw is tried again, and always fits the callback', () => {
    const { error, retriable } = failureOf(new Error('x'.repeat(10_000)), null);
    expect(retriable).toBe(true);
    expect(runErrorSchema.parse(error).code).toBe('trainer-error');
    expect(failureOf('a text', null).error.message).toBe('a text');
  });
});
