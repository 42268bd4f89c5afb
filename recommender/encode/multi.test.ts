import { describe, expect, it } from 'vitest';
import { encodeMulti, fittedMultiSchema, valuesOf } from './multi.js';

const of = (parts: object = {}) =>
  fittedMultiSchema.parse({
    transform: 'multi',
    delimiter: '|',
    max: 4,
    pooling: 'mean',
    oovBuckets: 1,
    buckets: null,
    ...parts,
  });

describe('the values of a row', () => {
  it.each<[string, string[]]>([
    ['Action|Sci-Fi', ['Action', 'Sci-Fi']],
    [' Action | Science Fiction |', ['Action', 'Science Fiction']],
    ['Action', ['Action']],
    ['||', []],
    ['a|a', ['a', 'a']],
  ])('that a delimiter parts are those between, without blanks around them: %s', (text, values) => {
    expect(valuesOf(text, { delimiter: '|' })).toEqual(values);
  });

  it.each<[string, string, string[]]>([
    ['as JSON', '["a, b", "it\'s", null, "", " x "]', ['a, b', "it's", 'x']],
    ['as DuckDB has it', `['a, b', 'it\\'s', NULL, Sci-Fi, '', ' x']`, ['a, b', "it's", 'Sci-Fi', 'x']],
    ['as Python has it', `['Action', "it's", None]`, ['Action', "it's"]],
    ['of whole numbers beyond 2^53', '[1, 9007199254740993]', ['1', '9007199254740993']],
    ['of floating-point numbers of a file', '[1.5, 2.0, NULL]', ['1.5', '2']],
    ['of floating-point numbers of a request', '[1.5,2]', ['1.5', '2']],
    ['of exponents', '[1e300,-2]', ['1e+300', '-2']],
    ['of truth values', '[true,false]', ['true', 'false']],
    ['of digits that are texts', '["007","1.0"]', ['007', '1']],
    ['that is empty', '[]', []],
    ['that is none', 'Action, Drama', ['Action, Drama']],
    ['that is broken', `['a`, [`['a`]],
    ['with a quote within', `['a'b]`, [`['a'b]`]],
  ])('that a list holds are each whole: %s', (_what, text, values) => {
    expect(valuesOf(text, { delimiter: null })).toEqual(values);
  });

  it.each(['a', 'a, b', "it's", '"', '\\', 'x]', '[', 'Ä', 'null', '-3', 'a\nb'])(
    'are the same by a request as they were: %j',
    (value) => {
      expect(valuesOf(JSON.stringify([value, value]), { delimiter: null })).toEqual([value, value]);
    },
  );
});

describe('a feature of several values', () => {
  it.each<[string, object, string | null, number[]]>([
    ['names the row of each', {}, 'y|x', [2, 1, -1, -1]],
    ['has row 0 for an unknown one', {}, 'x|other', [1, 0, -1, -1]],
    ['leaves out those beyond its most', {}, 'x|x|y|x|y', [1, 1, 2, 1]],
    ['names none where there is none', {}, '', [-1, -1, -1, -1]],
    ['names none where it is null', {}, null, [-1, -1, -1, -1]],
  ])('%s', (_what, parts, text, rows) => {
    const to = { indices: new Int32Array(4), numbers: new Float32Array(0) };
    encodeMulti(of(parts), ['x', 'y']).encode([text], to, 0, 0);
    expect(Array.from(to.indices)).toEqual(rows);
  });

  it('shares rows by the hash, of all values or of unknown ones', () => {
    const to = { indices: new Int32Array(8), numbers: new Float32Array(0) };
    encodeMulti(of({ buckets: 5 }), []).encode(['x|y|x'], to, 0, 0);
    encodeMulti(of({ oovBuckets: 3 }), ['x']).encode(['x|n|n'], to, 4, 0);
    const [x, y, again, none, known, n, sameN] = to.indices;
    expect([again, none, known, sameN]).toEqual([x, -1, 3, n]);
    for (const row of [x!, y!]) expect(row).toBeLessThan(5);
    expect(n).toBeLessThan(3);
  });
});
