/** Servers that are silent, send something else, or are given up. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { goldenFiles, readerOf, withManifest } from '../test/support/recommender/describedFolder.js';
import { readOverHttp } from './http.js';
import { open } from './open.js';

const files = withManifest(goldenFiles('hybrid'));
const nothing = () => new Promise<never>(() => {});
const bytes = (text: string) => new TextEncoder().encode(text);

afterEach(() => {
  vi.useRealTimers();
});

async function served(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0);
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/model/`;
}

describe('a server that sends nothing any more', () => {
  it('is asked again after a while, and given up at last', async () => {
    let asked = 0;
    const read = readOverHttp('https://example.com/', () => (asked++, nothing()), [0, 0], 20);
    await expect(read('a.bin')).rejects.toMatchObject({
      message: 'nothing came for 0.02 s, 3 times',
      code: 'network',
    });
    expect(asked).toBe(3);
  });

  it('within a file, too, whose download is ended', async () => {
    let ended = 0;
    const body = () =>
      new ReadableStream({ start: (to) => to.enqueue(bytes('beg')), cancel: () => void ended++ });
    const answers = [new Response(body()), new Response('whole')];
    const read = readOverHttp('https://example.com/', async () => answers.shift()!, [0], 20);
    expect(new TextDecoder().decode(await read('a.bin'))).toBe('whole');
    expect(ended).toBe(1);
  });

  it('is not one that is slow', async () => {
    vi.useFakeTimers();
    let to: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (to = controller) });
    const found = readOverHttp('https://example.com/', async () => new Response(body), [], 1000)('a.bin');
    for (const text of ['s', 'l', 'o', 'w']) {
      await vi.advanceTimersByTimeAsync(900);
      to!.enqueue(bytes(text));
    }
    await vi.advanceTimersByTimeAsync(900);
    to!.close();
    expect(new TextDecoder().decode(await found)).toBe('slow');
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('opening that is given up', () => {
  it('rejects with the reason, and ends the downloads', async () => {
    const giveUp = new AbortController();
    let close = () => {};
    const closed = new Promise<void>((resolve) => (close = resolve));
    const url = await served((request, response) => {
      response.on('close', close);
      const isLast = request.url?.endsWith('/item_vectors.f32');
      const content = files.get(request.url!.replace('/model/', ''));
      if (isLast) response.writeHead(200).write('beginning', () => giveUp.abort(new Error('enough')));
      else if (content) response.end(content);
      else response.writeHead(404).end();
    });
    await expect(open(url, { signal: giveUp.signal })).rejects.toThrow('enough');
    await closed;
  });

  it('does not wait for the next try, and asks for nothing more', async () => {
    vi.useFakeTimers();
    const giveUp = new AbortController();
    let asked = 0;
    const fetchFile = async () => (asked++, new Response('no', { status: 503 }));
    const read = readOverHttp('https://example.com/', fetchFile, [1000]);
    const opened = open(read, { signal: giveUp.signal }).catch((reason: unknown) => reason);
    await vi.advanceTimersByTimeAsync(500);
    giveUp.abort(new Error('enough'));
    expect(await opened).toEqual(new Error('enough'));
    expect(vi.getTimerCount()).toBe(0);
    expect(asked).toBe(1);
  });

  it('does so of a folder that is read by a function, which is told, and of one that nobody has begun', async () => {
    const giveUp = new AbortController();
    const told: unknown[] = [];
    const read = (_path: string, signal?: AbortSignal) => (told.push(signal), nothing());
    const opened = open(read, { signal: giveUp.signal });
    giveUp.abort('no reason');
    await expect(opened).rejects.toBe('no reason');
    await expect(open(read, { signal: giveUp.signal })).rejects.toBe('no reason');
    expect(told).toEqual([giveUp.signal]);
  });

  it('is not what a signal says that nobody uses, and takes nothing else for one', async () => {
    const model = await open(readerOf(files), { signal: new AbortController().signal });
    expect(model.items).toHaveLength(13);
    const wrong: object = { signal: 'now' };
    await expect(open(readerOf(files), wrong)).rejects.toThrow(/signal is a string: give the signal of/);
  });
});

describe('what a server sends in place of a file', () => {
  const opened = (manifest: Response) => open(readOverHttp('https://example.com/', async () => manifest, []));

  it.each([204, 205, 206])('with the status %i is no whole file', async (status) => {
    const part = status === 206 ? 'part' : null;
    await expect(opened(new Response(part, { status }))).rejects.toThrow(
      new RegExp(`manifest\\.json cannot be read \\(${status}`),
    );
  });

  it.each([
    ['<!doctype html><title>Sign in</title>', 'is a page of HTML or XML'],
    ['\n  <Error><Code>NoSuchKey</Code></Error>', 'is a page of HTML or XML'],
    [gzipSync('{}'), 'is compressed with gzip: serve the files with "Content-Encoding: gzip"'],
    ['', 'is empty: copy the folder again'],
    ['{"schemaVersion": 1', 'is no JSON: copy the folder again'],
  ])('is said: %s', async (body, message) => {
    await expect(opened(new Response(body))).rejects.toThrow(`manifest.json ${message}`);
  });

  it('is the file where it is compressed as its headers say', async () => {
    const url = await served((request, response) => {
      const content = files.get(request.url!.replace('/model/', ''));
      if (!content) return void response.writeHead(404).end();
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(content));
    });
    expect((await open(url)).items).toHaveLength(13);
  });
});
