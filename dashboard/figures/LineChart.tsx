import { useMantineColorScheme, useMantineTheme } from '@mantine/core';
import { useElementSize, useMergedRef } from '@mantine/hooks';
import { useEffect, useMemo, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Curve } from './curves.js';

interface Props {
  /** What the chart shows, for who cannot see it: the numbers themselves stand in the table of epochs. */
  label: string;
  /** What the lines go along; epochs unless given. */
  along?: string;
  epochs: readonly number[];
  curves: readonly Curve[];
  isLogarithmic: boolean;
  /** Charts of the same name share their cursor. */
  cursor: string;
}

const HEIGHT = 240;
const LINE_COLORS = ['blue', 'orange', 'teal', 'grape', 'red', 'lime', 'cyan', 'pink'] as const;

/** Lines over epochs, drawn on a canvas: thousands of points stay smooth, and a new one redraws nothing but itself. */
export default function LineChart({ label, along = 'epoch', epochs, curves, isLogarithmic, cursor }: Props) {
  const theme = useMantineTheme();
  const { colorScheme } = useMantineColorScheme();
  const { ref: sizeRef, width } = useElementSize<HTMLDivElement>();
  const place = useRef<HTMLDivElement>(null);
  const ref = useMergedRef(place, sizeRef);
  const plot = useRef<uPlot>(undefined);
  const data = useMemo<uPlot.AlignedData>(
    () => [[...epochs], ...curves.map(({ values }) => values)],
    [epochs, curves],
  );
  const names = curves.map(({ name }) => name).join(' ');

  useEffect(() => {
    const element = place.current;
    if (!element || width === 0) return;
    const ink = getComputedStyle(element).color;
    const shade = colorScheme === 'dark' ? 4 : 7;
    const axis = {
      stroke: ink,
      grid: { stroke: 'rgba(128,128,128,0.25)' },
      ticks: { stroke: 'rgba(128,128,128,0.4)' },
    };
    const made = new uPlot(
      {
        width,
        height: HEIGHT,
        cursor: { sync: { key: cursor } },
        scales: { x: { time: false }, y: { distr: isLogarithmic ? 3 : 1 } },
        axes: [
          { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] },
          { ...axis, size: 64 },
        ],
        series: [
          { label: along },
          ...curves.map(({ title, drawnAs }, i) => ({
            label: title,
            stroke: theme.colors[LINE_COLORS[i % LINE_COLORS.length] ?? 'blue']?.[shade] ?? ink,
            width: 2,
            // A hole is an epoch that did not tell.
            spanGaps: false,
            points: { show: drawnAs === 'dots' || (drawnAs === undefined && epochs.length < 40) },
            ...pathsOf(drawnAs),
          })),
        ],
      },
      data,
      element,
    );
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = undefined;
    };
    // The data come by setData below: a new epoch must not build the chart anew, which would lose its zoom.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [width, names, along, isLogarithmic, colorScheme, cursor, theme]);

  useEffect(() => {
    const made = plot.current;
    if (!made) return;
    const { min = 0, max = 0 } = made.scales['x'] ?? {};
    const shown = made.data[0];
    // Who has zoomed in keeps what they look at; who sees all goes on seeing all.
    const isZoomed = min > (shown[0] ?? min) || max < (shown.at(-1) ?? max);
    made.setData(data, !isZoomed);
  }, [data]);

  return <div ref={ref} role="img" aria-label={label} style={{ minHeight: HEIGHT }} />;
}

function pathsOf(drawnAs: Curve['drawnAs']): Pick<uPlot.Series, 'paths'> {
  if (drawnAs === 'dots') return { paths: () => null };
  const steps = drawnAs === 'steps' ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  return steps ? { paths: steps } : {};
}
