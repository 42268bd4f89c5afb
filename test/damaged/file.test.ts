import { describe } from 'vitest';
import { testCases } from './expectCase.js';
import { fileCases } from './fileCases.js';

describe('data that is damaged or odd', () => {
  testCases(fileCases);
});
