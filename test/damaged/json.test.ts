import { describe } from 'vitest';
import { useSeveralThreads } from '../support/data/severalThreads.js';
import { testCases } from './expectCase.js';
import { jsonCases } from './jsonCases.js';

// With several DuckDB refuses a byte order mark before JSON, which is taken away before it reads.
useSeveralThreads();

describe('data that is damaged or odd', () => {
  testCases(jsonCases);
});
