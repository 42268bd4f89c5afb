import type { Interval } from '@trainyard/shared/metrics/interval';
import { ScrollingTable } from './ScrollingTable.js';

export interface Dot {
  name: string;
  value: number;
  interval: Interval | null;
  /** Drawn in the page's colour; the others are grey. */
  isOwn: boolean;
}

interface Props {
  /** What the names are of. */
  of: string;
  /** What the values are. */
  title: string;
  dots: readonly Dot[];
  text: (value: number) => string;
  /** A value to compare with, as a line through all rows. */
  reference?: number;
}

const HEIGHT = 24;
/** In parts of the width: room for dots at both ends. */
const MARGIN = 2;

/** A row for each name: its value as a dot, its interval as the line through it, and both in figures. */
export function DotPlot({ of, title, dots, text, reference }: Props) {
  const all = dots.flatMap(({ value, interval }) => [value, interval?.low ?? value, interval?.high ?? value]);
  const ends = reference === undefined ? all : [...all, reference];
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const at = (value: number) =>
    most === least ? 50 : MARGIN + ((100 - 2 * MARGIN) * (value - least)) / (most - least);
  return (
    <ScrollingTable minWidth={480}>
      <thead>
        <tr>
          <th>{of}</th>
          <th className="plotColumn">
            {text(least)} to {text(most)}
          </th>
          <th className="tabular">{title}</th>
        </tr>
      </thead>
      <tbody>
        {dots.map((dot, i) => (
          <tr key={i}>
            <td className="named breaks">{dot.name}</td>
            <td className="plotColumn">
              <Picture dot={dot} at={at} reference={reference} />
            </td>
            <td className="tabular nowrap" {...(dot.isOwn && { fw: 600 })}>
              {text(dot.value)}
              {dot.interval && (
                <span className="note line">
                  {text(dot.interval.low)} to {text(dot.interval.high)}
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollingTable>
  );
}

/** The figures beside it say the same. */
function Picture({
  dot: { value, interval, isOwn },
  at,
  reference,
}: {
  dot: Dot;
  at: (value: number) => number;
  reference: number | undefined;
}) {
  const middle = HEIGHT / 2;
  return (
    <svg className="plot" width="100%" height={HEIGHT} aria-hidden="true" data-own={isOwn}>
      {reference !== undefined && (
        <line
          className="plotReference"
          x1={`${at(reference)}%`}
          x2={`${at(reference)}%`}
          y1={0}
          y2={HEIGHT}
        />
      )}
      {interval && (
        <line
          x1={`${at(interval.low)}%`}
          x2={`${at(interval.high)}%`}
          y1={middle}
          y2={middle}
          strokeWidth={2}
        />
      )}
      <circle cx={`${at(value)}%`} cy={middle} r={5} />
    </svg>
  );
}
