import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandFromFlags } from './commandLine.js';

describe('the flags for lists', () => {
  it('make a request of their own', () => {
    const where = ['--where', 'price<20', '--where={"column":"id","is":"notNull"}'];
    const to = ['--out', '/tmp/recs.parquet', '--k', '5'];
    const asked = commandFromFlags(['--recommend', 'out/model', ...to, ...where]);
    expect(asked).toEqual({
      command: 'lists',
      stopsWithInput: false,
      asked: {
        lists: 'recommendations',
        model: 'out/model',
        k: 5,
        exclude: 'seen',
        queries: null,
        where: [
          { column: 'price', is: 'less', value: '20' },
          { column: 'id', is: 'notNull' },
        ],
        to: {
          name: '/tmp/recs.parquet',
          file: '/tmp/recs.parquet',
          table: null,
          unfinished: '/tmp/recs.parquet.unfinished',
        },
        workers: 'auto',
      },
    });
  });

  it.each([
    ['bq://my-project.shop.recs', { table: 'my-project.shop.recs' }, 'my-project.shop.recs'],
    [
      'bq://my-project.shop.recs of May?location=europe-west3',
      { table: 'my-project.shop.recs of May', location: 'europe-west3' },
      'my-project.shop.recs_of_May',
    ],
  ])('may name a table: %s', (to, table, folder) => {
    const unfinished = resolve(`${folder}.unfinished`);
    expect(commandFromFlags(['--similar', 'm', '--out', to])).toMatchObject({
      asked: { to: { table, unfinished, file: `${unfinished}/lists.parquet` } },
    });
  });

  it.each([
    [['--out', 'x.jsonl'], /go with --recommend FOLDER or --similar FOLDER/],
    [['--recommend', 'm'], /--out FILE is needed/],
    [['--recommend', 'm', '--similar', 'm', '--out', 'x.jsonl'], /two requests/],
    [['--similar', 'm', '--for', 'q.csv', '--out', 'x.jsonl'], /--for gives queries to --recommend/],
    [['--similar', 'm', '--out', 'x.jsonl', '--k', '0'], /--k is "0"; allowed is a whole number from 1 to/],
    [['--similar', 'm', '--out', 'x.jsonl', '--where', 'cheap'], /--where is "cheap"; write a column/],
    [['--similar', 'm', '--out', 'bq://shop.recs'], /a table of BigQuery is bq:\/\/PROJECT\.DATASET\.TABLE/],
    [['--similar', 'm', '--out', 'bq://p.shop.recs?location='], /with \?location=REGION behind it/],
    [['--similar', 'm', '--out', 'bq://p.shop.recs?region=EU'], /with \?location=REGION behind it/],
    [['--similar', 'm', '--out', 'gs://b/recs.parquet'], /lists go to a file of this machine, or to bq:/],
  ])('are refused: %j', (args, message) => {
    expect(() => commandFromFlags(args)).toThrow(message);
  });
});
