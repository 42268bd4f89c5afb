import { describe } from 'vitest';
import { testCases } from './expectCase.js';
import { tableCases } from './tableCases.js';

describe('data that is damaged or odd', () => {
  testCases(tableCases);
});
