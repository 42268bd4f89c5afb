/** Parameters of queries that several routes take. */
import { z } from 'zod';
import { described } from '../described.js';

/** A count as a query writes it: in digits, nothing else. */
export const countInQuery = (max: number) => {
  const error = `must be a whole number from 1 to ${max}, in digits`;
  return z.preprocess(
    (text) => (typeof text === 'string' && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : text),
    z.int({ error }).min(1, error).max(max, error),
  );
};

/** A count that may be 0, which is meant where it is not given. */
export const offsetInQuery = (max: number) => {
  const error = `must be a whole number from 0 to ${max}, in digits`;
  return z
    .preprocess(
      (text) => (typeof text === 'string' && /^(0|[1-9]\d{0,8})$/.test(text) ? Number(text) : text),
      z.int({ error }).min(0, error).max(max, error),
    )
    .prefault(0);
};

/** `true` and `false` as a query writes them. */
export const flagInQuery = z.enum(['true', 'false']).transform((text) => text === 'true');

export const filterInQuery = described(
  z.string().min(1).max(2000).optional(),
  'What the runs must be like: metrics, fields, parameters and tags, compared with `=`, `!=`, `<`, `<=`, `>`, `>=`, `in (…)`, `contains`, joined by `and`, `or`, `not`. `docs/runs.md` has the language.',
  'test_recall_at_100 > 0.3 and params.training.batchSize = 8192 and tags.team = "search"',
);

export const orderInQuery = described(
  z.string().min(1).max(500).optional(),
  'What the runs are ordered by: metrics, fields, parameters and tags, with commas between, each with `asc` or `desc`. Unless said, the best of a metric comes first, and of all else the least. Runs that lack the value come last.',
  'test_recall_at_100, createdAt desc',
);

export const searchInQuery = described(
  z.string().min(1).max(200).optional(),
  'A text, in any case, that the name, the id, the title, the author, the experiment or a tag of the runs holds.',
  'wider',
);

/** How the next page of a list is asked for. */
export const nextCursor = described(
  z.string().nullable(),
  'What to give as `cursor` for the next page; null after the last.',
  'eyJhIjoiMjAyNi0xMS0yMFQxOToxODoyNS4wMDBaIn0',
);
