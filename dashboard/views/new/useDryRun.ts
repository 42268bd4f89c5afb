import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { DryRun } from '@trainyard/shared/http/estimate';
import { post } from '../../api/request.js';

/** Asked for when the writer pauses. */
const TYPING_MS = 400;

export interface Asked {
  modelId: string;
  spec: Readonly<Record<string, unknown>>;
  isQuick: boolean;
  /** How many rows the data has; empty where that is not said. */
  rows: string;
}

/** What a start is asked for with. */
export function bodyOf({ spec, isQuick }: Pick<Asked, 'spec' | 'isQuick'>) {
  return { spec, ...(isQuick && { quickTest: {} }) };
}

/** What the server makes of a specification, and what a run of it would take. The answer before stays while the next is on its way. */
export function useDryRun(asked: Asked | undefined): UseQueryResult<DryRun> & { isCurrent: boolean } {
  const text = asked ? JSON.stringify(asked) : '';
  const [settled] = useDebouncedValue(text, TYPING_MS);
  const query = useQuery({
    queryKey: ['dry-run', settled],
    enabled: settled !== '',
    placeholderData: keepPreviousData,
    queryFn: () => {
      const { modelId, rows, ...start } = JSON.parse(settled) as Asked;
      const search = new URLSearchParams({ dryRun: 'true', ...(rows !== '' && { rows }) });
      return post<DryRun>(
        `/api/models/${encodeURIComponent(modelId)}/training-runs?${search}`,
        bodyOf(start),
      );
    },
  });
  return { ...query, isCurrent: settled === text && !query.isFetching };
}
