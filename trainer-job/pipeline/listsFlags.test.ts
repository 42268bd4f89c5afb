import { describe, expect, it } from 'vitest';
import { commandFromFlags } from './commandLine.js';
import { conditionOf } from './listsFlags.js';

describe('a condition on items as a flag', () => {
  it.each([
    ['price<20', { column: 'price', is: 'less', value: '20' }],
    ['price >= 20', { column: 'price', is: 'greaterOrEqual', value: '20' }],
    ['name = a=b', { column: 'name', is: 'equal', value: 'a=b' }],
    ['kind!=', { column: 'kind', is: 'notEqual', value: '' }],
    ['{"column":"kind","is":"in","values":["a"]}', { column: 'kind', is: 'in', values: ['a'] }],
  ])('%s', (text, condition) => {
    expect(conditionOf(text)).toEqual(condition);
  });

  it.each([
    ['cheap', /--where is "cheap"; write a column, one of = != > >= < <= and a value/],
    ['{"column":', /is no JSON/],
    ['{"column":"kind","is":"like","value":"a"}', /--where .*write it as in/s],
  ])('is refused: %s', (text, message) => {
    expect(() => conditionOf(text)).toThrow(message);
  });
});

describe('the flags for lists', () => {
  it('make a request of their own', () => {
    const asked = commandFromFlags(['--recommend', 'out/model', '--to', '/tmp/recs.parquet', '--k', '5']);
    expect(asked).toEqual({
      command: 'lists',
      asked: {
        lists: 'recommendations',
        model: 'out/model',
        k: 5,
        exclude: 'seen',
        queries: null,
        where: [],
        out: '/tmp/recs.parquet',
        workers: 'auto',
      },
    });
  });

  it.each([
    [['--to', 'x.jsonl'], /go with --recommend FOLDER or --similar FOLDER/],
    [['--recommend', 'm'], /--to FILE is needed/],
    [['--recommend', 'm', '--similar', 'm', '--to', 'x.jsonl'], /two requests/],
    [['--similar', 'm', '--for', 'q.csv', '--to', 'x.jsonl'], /--for gives queries to --recommend/],
  ])('are refused: %j', (args, message) => {
    expect(() => commandFromFlags(args)).toThrow(message);
  });
});
