import { brotliCompressSync, gzipSync } from 'node:zlib';
import { MAX_BODY_BYTES } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { EXAMPLE_SPEC } from '../../test/support/newRun.js';
import '../entries/api.js';
import { MAX_COMPRESSED_BYTES } from './compressedBodies.js';

const RUNS = '/api/models/shop/training-runs';
const START = JSON.stringify({ spec: EXAMPLE_SPEC });

async function post(body: Buffer | ReadableStream, encoding: string): Promise<Response> {
  await testControlPlane();
  const { port } = await serveFunction('api');
  return fetch(`http://127.0.0.1:${port}${RUNS}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': encoding },
    body,
    ...(body instanceof ReadableStream && { duplex: 'half' }),
  });
}

describe('a compressed body', () => {
  it.each(['gzip', 'GZIP'])('is read when it is small: %s', async (encoding) => {
    expect((await post(gzipSync(START), encoding)).status).toBe(202);
  });

  it('that inflates to more than is read is told so, when what was sent is small', async () => {
    const response = await post(gzipSync(`{"padding":"${'x'.repeat(MAX_BODY_BYTES * 10)}"}`), 'gzip');
    expect(response.status).toBe(413);
  });

  it('is refused before anything is inflated where it is large', async () => {
    const bomb = gzipSync(Buffer.alloc(MAX_COMPRESSED_BYTES * 1100));
    expect(bomb.length).toBeGreaterThan(MAX_COMPRESSED_BYTES);
    const response = await post(bomb, 'gzip');
    expect(response.status).toBe(415);
    expect(((await response.json()) as { detail: string }).detail).toContain('gzip of at most 64 KB');
  });

  it('is refused where its size is not told, and where nothing bounds what it inflates to', async () => {
    const stream = new Blob([gzipSync(START)]).stream();
    expect((await post(stream, 'gzip')).status).toBe(415);
    expect((await post(brotliCompressSync(START), 'br')).status).toBe(415);
  });
});
