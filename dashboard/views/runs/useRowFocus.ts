import { useEffect, useRef, useState, type FocusEvent, type KeyboardEvent, type RefObject } from 'react';

const STEPS: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1 };

/** The row that has the focus, which arrow keys move from row to row, also to those that are not in the document yet. */
export function useRowFocus(scrolling: RefObject<HTMLElement | null>) {
  const [index, setIndex] = useState(Infinity);
  /** Which control of which row takes the focus when it is there. */
  const wanted = useRef<{ index: number; control: string } | undefined>(undefined);
  useEffect(() => {
    if (!wanted.current) return;
    const { index: row, control } = wanted.current;
    const element = scrolling.current?.querySelector<HTMLElement>(`[data-index="${row}"] ${control}`);
    if (!element) return;
    wanted.current = undefined;
    element.focus();
  });
  return {
    index,
    kept: Number.isFinite(index) ? [index] : [],
    handlers: (total: number, goTo: (index: number) => void) => ({
      onFocus: ({ target }: FocusEvent) => setIndex(rowOf(target) ?? Infinity),
      onBlur: ({ currentTarget, relatedTarget }: FocusEvent) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setIndex(Infinity);
      },
      onKeyDown: (event: KeyboardEvent) => {
        const row = rowOf(event.target as Element);
        const next = row === undefined ? undefined : nextRow(event, row, total);
        if (next === undefined) return;
        event.preventDefault();
        wanted.current = { index: next, control: (event.target as Element).localName };
        goTo(next);
        setIndex(next);
      },
    }),
  };
}

function nextRow({ key, ctrlKey }: KeyboardEvent, row: number, total: number): number | undefined {
  if (ctrlKey && key === 'Home') return 0;
  if (ctrlKey && key === 'End') return total - 1;
  const step = STEPS[key];
  return step === undefined ? undefined : Math.min(total - 1, Math.max(0, row + step));
}

function rowOf(element: Element): number | undefined {
  const text = element.closest('[data-index]')?.getAttribute('data-index');
  return text === null || text === undefined ? undefined : Number(text);
}
