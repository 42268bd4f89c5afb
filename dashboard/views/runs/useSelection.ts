import { useCallback, useMemo } from 'react';
import { useAddress } from '../../address/useAddress.js';

export interface Selection {
  ids: readonly string[];
  has: (runId: string) => boolean;
  set: (runId: string, isSelected: boolean) => void;
  clear: () => void;
}

/** The runs that are to be compared, as the address has them. */
export function useSelection(): Selection {
  const { get, set: write } = useAddress();
  const text = get('selected');
  const ids = useMemo(() => text.split(',').filter((id) => id !== ''), [text]);
  const set = useCallback(
    (runId: string, isSelected: boolean) => {
      const others = ids.filter((id) => id !== runId);
      write({ selected: (isSelected ? [...others, runId] : others).join(',') });
    },
    [ids, write],
  );
  const clear = useCallback(() => write({ selected: '' }), [write]);
  return useMemo(() => ({ ids, has: (runId) => ids.includes(runId), set, clear }), [ids, set, clear]);
}
