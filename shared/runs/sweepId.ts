import { z } from 'zod';
import { described } from '../described.js';

/** A sweep is named as a run is: by 20 random characters. */
export const sweepIdSchema = described(
  z.string().regex(/^[a-z2-7]{20}$/, 'must be a sweep id: 20 characters of a-z and 2-7'),
  'The id of the sweep: 20 random characters of a-z and 2-7.',
  'q5w2kzt7mbx3hvac4ndy',
);
