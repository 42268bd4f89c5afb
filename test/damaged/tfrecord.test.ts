import { describe } from 'vitest';
import { testCases } from './expectCase.js';
import { tfrecordCases } from './tfrecordCases.js';

describe('data that is damaged or odd', () => {
  testCases(tfrecordCases);
});
