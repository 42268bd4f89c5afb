import { describe } from 'vitest';
import { testCases } from './expectCase.js';
import { jsonCases } from './jsonCases.js';

describe('data that is damaged or odd', () => {
  testCases(jsonCases);
});
