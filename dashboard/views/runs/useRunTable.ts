import { useQueries, useQueryClient } from '@tanstack/react-query';
import type { RunRow, RunTable } from '@trainyard/shared/http/runTable';
import { useEffect, useMemo, useState } from 'react';
import { reads, TABLE_PAGE, type TableAsked } from '../../api/reads.js';
import { thingsOf } from '../../feed/feed.js';
import { useTopic } from '../../feed/useFeed.js';

/** The runs of a model that go on, by their ids; a list of them is read again where one begins or ends. */
export function useOpenRuns(modelId: string) {
  const topic = useTopic('runs');
  const live = useMemo(
    () => thingsOf(topic, 'run').filter((run) => run.modelId === modelId),
    [topic, modelId],
  );
  const queryClient = useQueryClient();
  const news = live.map(({ runId, status }) => `${runId} ${status}`).join(',');
  useEffect(
    () => void queryClient.invalidateQueries({ queryKey: ['runs', modelId] }),
    [news, queryClient, modelId],
  );
  return useMemo(() => new Map(live.map((run) => [run.runId, run])), [live]);
}

/** The table of a model's runs, of which the pages are read that hold the rows from `first` to `last`. */
export function useRunTable(modelId: string, asked: TableAsked, [first, last]: readonly [number, number]) {
  const pages = new Set([0]);
  for (let page = pageOf(first); page <= pageOf(last); page++) pages.add(page);
  const numbers = [...pages];
  const queries = useQueries({ queries: numbers.map((page) => reads.runTable(modelId, asked, page)) });
  const [head] = queries;
  const known = useLast(head?.data);
  const rows = new Map(
    queries.flatMap(({ data }, i) => (data ? [[numbers[i] ?? 0, data.rows] as const] : [])),
  );
  return {
    /** The head of what is asked for, or of what was asked for before while that is on its way. */
    table: head?.data ?? known,
    isCurrent: head?.data !== undefined,
    error: queries.find(({ error }) => error !== null)?.error ?? null,
    refetch: () => queries.forEach((query) => void query.refetch()),
    rowAt: (index: number): RunRow | undefined => rows.get(pageOf(index))?.[index % TABLE_PAGE],
  };
}

const pageOf = (index: number) => Math.floor(index / TABLE_PAGE);

/** What was there last, while nothing is. */
function useLast(table: RunTable | undefined): RunTable | undefined {
  const [last, setLast] = useState(table);
  if (table !== undefined && table !== last) setLast(table);
  return table ?? last;
}
