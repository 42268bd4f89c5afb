import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

/** What is chosen in a view, as its address has it. An empty value is none. */
export function useAddress(): {
  get: (name: string) => string;
  set: (changes: Readonly<Record<string, string>>) => void;
} {
  const [search, setSearch] = useSearchParams();
  const set = useCallback(
    (changes: Readonly<Record<string, string>>) =>
      setSearch(
        (before) => {
          const next = new URLSearchParams(before);
          for (const [name, value] of Object.entries(changes))
            if (value === '') next.delete(name);
            else next.set(name, value);
          return next;
        },
        { replace: true },
      ),
    [setSearch],
  );
  return { get: (name) => search.get(name) ?? '', set };
}
