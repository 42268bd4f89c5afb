import { Table, type TableProps } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props extends Pick<TableProps, 'highlightOnHover' | 'stickyHeader'> {
  /** In pixels; where there is less room the table scrolls. */
  minWidth: number;
  /** In pixels: what is longer scrolls below its head. */
  maxHeight?: number;
  children: ReactNode;
}

/** A table that scrolls within itself instead of widening the page, by keyboard too. */
export function ScrollingTable({ minWidth, maxHeight, children, ...looks }: Props) {
  return (
    <Table.ScrollContainer
      minWidth={minWidth}
      {...(maxHeight !== undefined && { maxHeight })}
      scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
    >
      <Table {...looks}>{children}</Table>
    </Table.ScrollContainer>
  );
}
