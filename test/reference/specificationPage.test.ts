import { trainingSpecSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { anchorOf, specificationPage } from '../../docs/generate/specificationPage.js';
import { typeText } from '../../docs/generate/typeText.js';

const page = specificationPage();
const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
const below = (heading: string) => page.split(`### ${heading}\n\n`)[1]?.split('\n\n')[0];

describe('the reference of the specification', () => {
  it('has each key once, so that a link to it stays the same', () => {
    const anchors = headings.map(anchorOf);
    expect(anchors.length).toBeGreaterThan(300);
    expect(anchors.filter((anchor, i) => anchors.indexOf(anchor) !== i)).toEqual([]);
  });

  it('links to headings that are there', () => {
    const links = [...page.matchAll(/\]\(#([^)]*)\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(5);
    const anchors = new Set(headings.map(anchorOf));
    expect(links.filter((link) => !anchors.has(link))).toEqual([]);
  });

  it('says what a key means, what is allowed, and the default that parsing fills in', () => {
    const { batchSize } = trainingSpecSchema.parse({
      dataset: { source: { uri: 'purchases.csv' } },
      features: {
        query: [{ column: 'user', transform: 'lookup', id: true }],
        candidate: [{ column: 'product', transform: 'lookup', id: true }],
      },
    }).training;
    expect(below('`training.batchSize`')).toBe(
      `The number of rows in a batch; 4,096 to 16,384 are usual. A whole number from 1 to 1,048,576. Default: \`${batchSize}\`.`,
    );
    expect(below('`dataset.joins[].on`')).toContain('Required.');
    expect(below('`features.query[]` with `transform: hash`')).toContain('Null has a row of its own.');
    expect(below('`features.candidate`')).not.toContain('Default');
  });

  it('has no table', () => {
    expect(page).not.toMatch(/^\|/m);
  });
});

describe('what a value may be, in words', () => {
  it.each([
    [z.int(), 'A whole number'],
    [z.int().min(2), 'A whole number, 2 or more'],
    [z.number().gt(0).lt(1), 'A number above 0 and below 1'],
    [z.number().min(0).lt(1), 'A number, 0 or more and below 1'],
    [z.number().gt(0).max(1e6), 'A number above 0, up to 1,000,000'],
    [z.string().min(1).max(300).optional(), 'A text of 1 to 300 characters'],
    [z.boolean().default(false), '`true` or `false`'],
    [z.enum(['sqrt', 'linear']), 'One of `sqrt`, `linear`'],
    [z.literal('dot').nullable(), '`dot` or `null`'],
    [z.array(z.enum(['a', 'b'])).max(3), 'A list of up to 3, each one of `a`, `b`'],
    [z.tuple([z.number(), z.number()]), 'A list of 2, each a number'],
    [z.union([z.string(), z.number()]), 'A text or a number'],
    [z.union([z.number(), z.object({ a: z.string() })]), 'A number or keys and values'],
    [z.record(z.string(), z.string()), 'Names and values'],
    [z.object({ a: z.string() }), ''],
  ])('of %# is %s', (schema, text) => {
    expect(typeText(schema)).toBe(text);
  });
});
