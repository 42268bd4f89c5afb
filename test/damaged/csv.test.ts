import { describe } from 'vitest';
import { testCases } from './expectCase.js';
import { csvCases } from './csvCases.js';

describe('data that is damaged or odd', () => {
  testCases(csvCases);
});
