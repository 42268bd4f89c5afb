import type { ReactNode, Ref } from 'react';

interface Props {
  /** In pixels; where there is less room the table scrolls. */
  minWidth: number;
  /** In pixels: what is longer scrolls below its head. */
  maxHeight?: number;
  /** Whether the head stays where the rows scroll. */
  stickyHeader?: boolean;
  highlightOnHover?: boolean;
  /** How many rows there are with the head, where not all of them are in the document. */
  'aria-rowcount'?: number;
  /** What scrolls. */
  viewportRef?: Ref<HTMLDivElement>;
  children: ReactNode;
}

/**
 * A table that scrolls within itself instead of widening the page, by keyboard too. Its rows and cells are those of HTML: ten thousand
 * cells of a component each take a second to draw.
 */
export function ScrollingTable({
  minWidth,
  maxHeight,
  stickyHeader = false,
  highlightOnHover = false,
  viewportRef,
  children,
  ...rows
}: Props) {
  const looks = ['table', ...(stickyHeader ? ['sticky'] : []), ...(highlightOnHover ? ['hover'] : [])];
  return (
    <div className="scrolling" ref={viewportRef} tabIndex={0} style={{ maxHeight }}>
      <table className={looks.join(' ')} style={{ minWidth }} {...rows}>
        {children}
      </table>
    </div>
  );
}
