import { describe, expect, it } from 'vitest';
import { readText, withValue } from './specText.js';

const TEXT = `# nightly
dataset:
  source: { uri: a.csv } # the export
training:
  epochs: 20 # enough
`;

describe('the text of a specification', () => {
  it('keeps its comments when a value is changed, added or taken away', () => {
    const changed = withValue(withValue(TEXT, ['training', 'epochs'], 30), ['compute', 'tiers', 0], 'gpu');
    expect(changed).toBe(TEXT.replace('epochs: 20', 'epochs: 30').concat('compute:\n  tiers:\n    - gpu\n'));
    const without = withValue(changed, ['training', 'epochs'], undefined);
    expect(readText(without).spec).toEqual({
      dataset: { source: { uri: 'a.csv' } },
      training: {},
      compute: { tiers: ['gpu'] },
    });
  });

  it.each([
    ['nothing', '', { training: { epochs: 3 } }],
    ['a key without a value', 'training:\n', { training: { epochs: 3 } }],
    ['false', 'training: false\n', { training: { epochs: 3 } }],
    [
      'an alias, whose values it then has of its own',
      'a: &t { epochs: 1, seed: 7 }\ntraining: *t\n',
      { a: { epochs: 1, seed: 7 }, training: { epochs: 3, seed: 7 } },
    ],
  ])('takes a value below %s', (_what, text, spec) =>
    expect(readText(withValue(text, ['training', 'epochs'], 3)).spec).toEqual(spec),
  );

  it('knows the line of a place, or of the nearest above it', () => {
    const { lineOf } = readText(TEXT);
    expect(lineOf('/training/epochs')).toBe(5);
    expect(lineOf('/training/optimizer/learningRate')).toBe(4);
    expect(lineOf('/features')).toBe(2);
  });

  it.each([
    ['what is no YAML, by its line', 'dataset:\n  a: [1\ntraining: {}\n', 3],
    ['a list', '- 1\n', 1],
  ])('tells %s', (_what, text, line) => {
    const { spec, mistakes } = readText(text);
    expect(spec).toBeUndefined();
    expect(mistakes[0]?.line).toBe(line);
    expect(mistakes[0]?.message).not.toBe('');
  });
});
