import { TagsInput } from '@mantine/core';
import { WRITTEN_PARAMETERS } from '@trainyard/shared/http/writtenParameters';
import { useAddress } from '../../address/useAddress.js';
import { ApiError } from '../../api/problem.js';
import { SettledInput } from './SettledInput.js';

/** So many of the names that match are proposed at once. */
const MOST_PROPOSED = 100;

interface Props {
  error: Error | null;
  /** The columns that are shown, and the names of all that may be; undefined where only cards are. */
  columns?: { shown: readonly string[]; names: readonly string[] };
}

/** Filter, order and columns, in the language of the API; what it refuses is told at the input that it is of. */
export function QueryInputs({ error, columns }: Props) {
  const address = useAddress();
  const mistake = mistakeOf(error);
  const told = (parameter: keyof typeof WRITTEN_PARAMETERS) =>
    mistake?.of === parameter ? mistake.text : undefined;
  return (
    <div className="queryInputs">
      <SettledInput
        label="Filter"
        placeholder="test_recall_at_10 > 0.2 and params.training.batchSize = 8192"
        value={address.get('filter')}
        onChange={(filter) => address.set({ filter })}
        error={told('filter')}
      />
      <SettledInput
        // A click on a head of the table writes it too.
        key={address.get('orderBy')}
        label="Order"
        placeholder="test_recall_at_10, createdAt desc"
        value={address.get('orderBy')}
        onChange={(orderBy) => address.set({ orderBy })}
        error={told('orderBy')}
      />
      {columns && (
        <TagsInput
          label="Columns"
          placeholder="a metric, params.… or tags.…"
          data={[...columns.names]}
          limit={MOST_PROPOSED}
          value={mistake?.of === 'columns' ? columnsIn(address.get('columns')) : [...columns.shown]}
          onChange={(chosen) => address.set({ columns: chosen.join(',') })}
          error={told('columns')}
          clearable
          clearButtonProps={{ 'aria-label': 'The columns that are shown unless chosen' }}
          className="columnsInput"
        />
      )}
    </div>
  );
}

/** The parameter that a refusal is of, and the refusal; undefined where it is of none. */
export function mistakeOf(
  error: Error | null,
): { of: keyof typeof WRITTEN_PARAMETERS; text: string } | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const names = Object.keys(WRITTEN_PARAMETERS) as (keyof typeof WRITTEN_PARAMETERS)[];
  const of = names.find((name) => error.message.startsWith(WRITTEN_PARAMETERS[name]));
  return of && { of, text: error.message };
}

/** `a, tags."b, c"` has two. */
function columnsIn(text: string): string[] {
  const parts = text.match(/(?:"(?:\\.|[^"\\])*"|[^,"])+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
