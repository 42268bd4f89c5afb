import { z } from 'zod';
import { described } from '../described.js';

/** How much an answer that is made of the summaries of runs did not look at. */
export const unsearched = described(
  z.int().min(1).optional(),
  'So many of the oldest runs were not looked at: they are from before runs had summaries, which are being made. Ask again in a minute. Absent where all runs were looked at.',
  9000,
);
