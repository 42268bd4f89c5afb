import fc from 'fast-check';
import { STAGES } from '@trainyard/shared';
import { expect, test } from 'vitest';
import { DomainError } from '../errors/domainError.js';
import { SentRows } from './sentRows.js';

const row = fc.oneof(
  fc.record({ epoch: fc.integer({ min: 1, max: 40 }), attempt: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ stage: fc.constantFrom(...STAGES), attempt: fc.integer({ min: 1, max: 3 }) }),
);
type Row = { attempt: number; epoch?: number; stage?: (typeof STAGES)[number] };
const add = (sent: SentRows, { epoch, stage, attempt }: Row) =>
  stage ? sent.addStage(stage, attempt) : sent.addEpoch(epoch ?? 0, attempt);

test('rows in any order are new once, also after the client came back with the id', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 80 }), fc.nat(80), (rows, breakAt) => {
      const seen = new Set<string>();
      let sent = SentRows.parse(undefined);
      for (const [i, one] of rows.entries()) {
        if (i === breakAt) sent = SentRows.parse(sent.toString());
        const key = JSON.stringify(one);
        expect(add(sent, one)).toBe(!seen.has(key));
        seen.add(key);
      }
    }),
  );
});

test('a thousand epochs in order are one range', () => {
  const sent = SentRows.parse('s0.1e1-500.1');
  for (let epoch = 501; epoch <= 1000; epoch++) sent.addEpoch(epoch, 1);
  expect(sent.toString()).toBe('s0.1e1-1000.1');
});

test('nothing sent is an id as well', () => {
  expect(SentRows.parse('se').toString()).toBe('se');
  expect(SentRows.parse('').toString()).toBe('se');
});

test.each(['x', '17', 's0.1', 'se1-2', 's9', `se${'1-1.1_'.repeat(2000)}`, 's0.1_e', 'se1-2.1_'])(
  'an id that this server did not give out is a problem: %.20s',
  (text) => {
    expect(() => SentRows.parse(text)).toThrow(DomainError);
  },
);

test.each([`se${'1-1.11111'.repeat(400)}!`, `s${'1.11111'.repeat(500)}!`])(
  'an id made to be read in very many ways is refused at once: %.20s',
  (text) => {
    const begun = performance.now();
    expect(() => SentRows.parse(text)).toThrow(DomainError);
    expect(performance.now() - begun).toBeLessThan(100);
  },
);
