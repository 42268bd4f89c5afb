/** Requests to the API of the origin that the page came from. */
import { errorOf } from './problem.js';
import { send } from './send.js';

type QueryValue = string | number | undefined;

/** Reads JSON; an `ApiError` where the server refuses. */
export async function read<T>(
  path: string,
  query: Readonly<Record<string, QueryValue>> = {},
  signal?: AbortSignal,
): Promise<T> {
  const response = await send(addressOf(path, query), {
    headers: { accept: 'application/json' },
    ...(signal && { signal }),
  });
  if (!response.ok) throw await errorOf(response);
  return (await response.json()) as T;
}

/** Asks for a change. The same `key` makes the same request of a repeated one. */
export async function post<T>(path: string, body: unknown, key: string = crypto.randomUUID()): Promise<T> {
  const response = await send(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw await errorOf(response);
  return (await response.json()) as T;
}

function addressOf(path: string, query: Readonly<Record<string, QueryValue>>): string {
  const given = Object.entries(query).filter(
    (entry): entry is [string, string | number] => entry[1] !== undefined && entry[1] !== '',
  );
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return text === '' ? path : `${path}?${text}`;
}
