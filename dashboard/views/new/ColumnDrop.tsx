import type { Profile } from '@trainyard/shared/profile/profile';
import { useState, type DragEvent, type ReactNode } from 'react';
import { usePutColumn, type Tower } from './usePutColumn.js';

/** Of what is dragged from the table of columns: nothing else that somebody drops here is taken. */
export const DRAGGED_COLUMN = 'application/x-trainyard-column';

const isColumn = ({ dataTransfer }: DragEvent) => dataTransfer.types.includes(DRAGGED_COLUMN);

interface Props {
  tower: Tower;
  profile: Profile | undefined;
  children: ReactNode;
}

/** The features of a tower, into which a column may be dropped. By keyboard and touch, the buttons beside the column do the same. */
export function ColumnDrop({ tower, profile, children }: Props) {
  const { put } = usePutColumn();
  const [isOver, setOver] = useState(false);
  return (
    <div
      className="columnDrop"
      data-over={isOver}
      onDragOver={(event) => {
        if (!isColumn(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        if (!isColumn(event)) return;
        event.preventDefault();
        setOver(false);
        const name = event.dataTransfer.getData(DRAGGED_COLUMN);
        const column = profile?.columns.find((one) => one.name === name);
        if (column) put(tower, column);
      }}
    >
      {children}
    </div>
  );
}
