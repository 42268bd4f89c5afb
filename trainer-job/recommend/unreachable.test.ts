import { describe, expect, it } from 'vitest';
import { loadProblem } from './loadProblem.js';
import { ofQueries } from './refused.js';

describe('a service that this machine finds no way to', () => {
  const error = new Error(
    'request to https://bigquery.googleapis.com/ failed, reason: getaddrinfo ENOTFOUND bigquery.googleapis.com',
  );

  it('is told with what to do, of a table that is written and of queries in a bucket', async () => {
    expect(loadProblem(error)).toMatchObject({
      code: 'bigquery-unavailable',
      message: expect.stringMatching(/^BigQuery cannot be reached from here: request to/),
      remedy: expect.stringMatching(/network that reaches googleapis\.com/),
    });
    await expect(ofQueries('--for', Promise.reject(error))).rejects.toMatchObject({
      code: 'storage-unavailable',
      message: expect.stringMatching(/^--for: Cloud Storage cannot be reached from here: /),
      remedy: expect.stringMatching(/run the same command again/),
    });
  });
});
