import { describe } from 'vitest';
import { testCases } from './expectCase.js';
import { parquetCases } from './parquetCases.js';

describe('data that is damaged or odd', () => {
  testCases(parquetCases);
});
