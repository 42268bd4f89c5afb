import type { CallerView } from '@trainyard/shared/http/signIn';
import type { QueryClient } from '@tanstack/react-query';
import { reads } from '../api/reads.js';
import { errorOf } from '../api/problem.js';
import { session } from '../api/session.js';

/** Who a token is for; an `ApiError` where the server does not take it, or gives its bearer no role. */
export async function bearerOf(token: string): Promise<CallerView> {
  const response = await fetch('/api/me', { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw await errorOf(response);
  return (await response.json()) as CallerView;
}

/** Goes on as this caller. Where it was somebody else before, nothing that was read for them stays. */
export function enterAs(caller: CallerView, queries: QueryClient): void {
  const { queryKey } = reads.me;
  const before = queries.getQueryData(queryKey);
  if (before && before.id !== caller.id) return location.reload();
  queries.setQueryData(queryKey, caller);
  session.enter();
}
