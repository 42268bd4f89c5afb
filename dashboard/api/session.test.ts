import { afterEach, describe, expect, it, vi } from 'vitest';

const json = (body: object, status = 200) => new Response(JSON.stringify(body), { status });

/** A page anew, with a server that lets in whoever has one of `taken`; how people sign in is told by the first of `asked`. */
async function pageOf({ by, taken }: { by: 'nothing' | 'token'; taken: Set<string> }, stored?: string) {
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
    clear: () => kept.clear(),
  });
  const asked: string[] = [];
  const fetched = vi.fn<(path: string, init?: RequestInit) => Promise<Response>>(async (path, init = {}) => {
    const bearer = new Headers(init.headers).get('authorization')?.replace('Bearer ', '') ?? 'nobody';
    asked.push(`${path} ${bearer}`);
    if (path === '/api/sign-in') return json({ by, firebase: null, streamOrigin: null });
    return by === 'nothing' || taken.has(bearer) ? json({}) : json({ title: 'Unauthorized' }, 401);
  });
  vi.stubGlobal('fetch', fetched);
  vi.resetModules();
  const { keepToken } = await import('./pastedToken.js');
  if (stored !== undefined) keepToken(stored);
  const { session } = await import('./session.js');
  const { send } = await import('./send.js');
  const enter = (token: string) => {
    keepToken(token);
    session.enter();
  };
  return { session, send, asked, fetched, enter };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a request of the page', () => {
  it('carries no token where the server wants none, and asks once how people sign in', async () => {
    const { send, session, asked } = await pageOf({ by: 'nothing', taken: new Set() });
    await Promise.all([send('/api/a'), send('/api/b')]);
    expect(asked.toSorted()).toEqual(['/api/a nobody', '/api/b nobody', '/api/sign-in nobody']);
    expect(session.state()).toEqual({ is: 'open' });
  });

  it('waits until somebody is signed in, and is sent as them', async () => {
    const { send, session, asked, enter } = await pageOf({ by: 'token', taken: new Set(['one']) });
    const waiting = send('/api/a');
    await vi.waitFor(() => expect(session.state()).toMatchObject({ is: 'out', wasIn: false }));
    enter('one');
    expect((await waiting).status).toBe(200);
    expect(asked).toEqual(['/api/sign-in nobody', '/api/a one']);
  });

  it('is sent again with the next token where one is not taken any more, and the refused one never again', async () => {
    const taken = new Set(['two']);
    const { send, session, asked, enter } = await pageOf({ by: 'token', taken }, 'one');
    const both = Promise.all([send('/api/a'), send('/api/b')]);
    await vi.waitFor(() => expect(session.state()).toMatchObject({ is: 'out', wasIn: true }));
    enter('two');
    expect((await both).map(({ status }) => status)).toEqual([200, 200]);
    expect(asked.filter((text) => text.endsWith(' one')).toSorted()).toEqual(['/api/a one', '/api/b one']);
    expect(asked.filter((text) => text.endsWith(' two')).toSorted()).toEqual(['/api/a two', '/api/b two']);
  });

  it('ends with its signal while nobody is signed in', async () => {
    const { send, session } = await pageOf({ by: 'token', taken: new Set() });
    const stop = new AbortController();
    const waiting = send('/api/a', { signal: stop.signal });
    await vi.waitFor(() => expect(session.state()).toMatchObject({ is: 'out' }));
    stop.abort(new Error('left'));
    await expect(waiting).rejects.toThrow('left');
  });

  it('asks again how people sign in where that could not be told', async () => {
    const { send, fetched } = await pageOf({ by: 'nothing', taken: new Set() });
    fetched.mockRejectedValueOnce(new TypeError('offline'));
    await expect(send('/api/a')).rejects.toThrow('offline');
    expect((await send('/api/a')).status).toBe(200);
  });
});
