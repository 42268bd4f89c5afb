import { describe } from 'vitest';
import { useSeveralThreads } from '../support/data/severalThreads.js';
import { testCases } from './expectCase.js';
import { jsonCases } from './jsonCases.js';

// With a single one DuckDB overlooks a byte order mark before JSON.
useSeveralThreads();

describe('data that is damaged or odd', () => {
  testCases(jsonCases);
});
