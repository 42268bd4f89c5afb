import { z } from 'zod';
import { described } from '../described.js';

/** How the next page of a list is asked for. */
export const nextCursor = described(
  z.string().nullable(),
  'What to give as `cursor` for the next page; null after the last.',
  'eyJhIjoiMjAyNi0xMS0yMFQxOToxODoyNS4wMDBaIn0',
);
