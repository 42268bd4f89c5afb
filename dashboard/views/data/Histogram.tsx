import { measureText } from '@trainyard/shared/profile/measures';
import type { Measured } from '@trainyard/shared/profile/profile';
import { Group, Text } from '@mantine/core';
import { whole } from '../../figures/whole.js';

const [WIDTH, HEIGHT] = [320, 64];

/** How many rows lie in each of the intervals from the least to the greatest value. */
export function Histogram({ of, measured }: { of: string; measured: Measured }) {
  const { histogram: counts, min, max } = measured;
  const most = Math.max(1, ...counts);
  const width = WIDTH / counts.length;
  return (
    <div>
      <svg
        className="histogram"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Rows by ${of}, at most ${whole(most)} in one of ${counts.length} intervals`}
      >
        {counts.map((count, i) => {
          // What is there can be seen, however little it is.
          const height = count === 0 ? 0 : Math.max(1, (HEIGHT * count) / most);
          return (
            <rect key={i} x={i * width + 0.5} y={HEIGHT - height} width={width - 1} height={height}>
              <title>{`${whole(count)} rows`}</title>
            </rect>
          );
        })}
      </svg>
      <Group justify="space-between">
        <Text size="xs" c="dimmed">
          {measureText(min, measured)}
        </Text>
        <Text size="xs" c="dimmed">
          {measureText(max, measured)}
        </Text>
      </Group>
    </div>
  );
}
