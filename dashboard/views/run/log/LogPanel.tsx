import { Button, Group, NativeSelect, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import { thingsOf } from '../../../feed/feed.js';
import { useTopic } from '../../../feed/useFeed.js';
import { Loading } from '../../../states/Loading.js';
import { saveLog } from './logFile.js';
import { type LevelName, linesOf, LEVELS, matching, type NumberedLine, shownText } from './logLines.js';

/** In pixels; a longer message goes on in its row. */
const LINE_HEIGHT = 20;
/** So near the end counts as at it. */
const NEAR_PX = 40;
const TYPING_MS = 200;

/** What the trainer of a run says, as it says it: followed to its end, searched, by level, and taken away. */
export default function LogPanel({ runId, name }: { runId: string; name: string }) {
  const topic = useTopic(`logs:${runId}`);
  const all = useMemo(() => linesOf(thingsOf(topic, 'log')), [topic]);
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text, TYPING_MS);
  const [level, setLevel] = useState<LevelName>('debug');
  const [follows, setFollows] = useState(true);
  const lines = useMemo(() => matching(all, level, search), [all, level, search]);
  return (
    <Stack gap="xs">
      <Group align="end">
        <TextInput
          label="Search the log"
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          spellCheck={false}
        />
        <NativeSelect
          label="Level"
          data={LEVELS.map((value) => ({ value, label: value === 'debug' ? 'all' : `${value} and above` }))}
          value={level}
          onChange={({ currentTarget }) =>
            setLevel(LEVELS.find((one) => one === currentTarget.value) ?? 'debug')
          }
        />
        <Switch
          label="Follow"
          checked={follows}
          onChange={({ currentTarget }) => setFollows(currentTarget.checked)}
          mb={8}
        />
        {lines.length < all.length && (
          <Button variant="default" disabled={lines.length === 0} onClick={() => saveLog(name, lines)}>
            Download these lines
          </Button>
        )}
      </Group>
      <Text size="sm" c="dimmed" role="status">
        {!topic.isReady
          ? 'The log is being read.'
          : lines.length === all.length
            ? `${all.length.toLocaleString()} lines`
            : `${lines.length.toLocaleString()} of ${all.length.toLocaleString()} lines`}
      </Text>
      {!topic.isReady && all.length === 0 ? (
        <Loading rows={6} />
      ) : (
        <Lines lines={lines} follows={follows} onFollow={setFollows} />
      )}
    </Stack>
  );
}

interface LinesProps {
  lines: readonly NumberedLine[];
  follows: boolean;
  onFollow: (follows: boolean) => void;
}

/** The lines in sight are in the document. Who has scrolled up is left where they are. */
function Lines({ lines, follows, onFollow }: LinesProps) {
  const scrolling = useRef<HTMLDivElement>(null);
  const top = useRef(0);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scrolling.current,
    estimateSize: () => LINE_HEIGHT,
    getItemKey: (index) => lines[index]?.key ?? index,
    overscan: 20,
  });
  const last = lines.length - 1;
  useEffect(() => {
    if (follows && last >= 0) virtual.scrollToIndex(last, { align: 'end' });
    // Only a new end is gone to: the virtualizer is another object at each drawing.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [follows, last]);
  const items = virtual.getVirtualItems();
  return (
    <div
      className="log"
      ref={scrolling}
      tabIndex={0}
      role="log"
      aria-label="Lines of the log"
      aria-live="off"
      onWheel={({ deltaY }) => {
        if (deltaY < 0) onFollow(false);
      }}
      onKeyDown={({ key }) => {
        if (['ArrowUp', 'PageUp', 'Home'].includes(key)) onFollow(false);
        if (key === 'End') onFollow(true);
      }}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        // Who begins to scroll up is near the end too.
        const isDown = scrollTop > top.current;
        top.current = scrollTop;
        if (!follows && isDown && scrollHeight - scrollTop - clientHeight < NEAR_PX && last > 0)
          onFollow(true);
      }}
    >
      {lines.length === 0 && <p className="note">No line to show.</p>}
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {items.map(({ index, start, key }) => {
          const line = lines[index];
          return (
            line && (
              <div
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                data-level={line.level}
                className="logLine"
                style={{ transform: `translateY(${start}px)` }}
              >
                {shownText(line)}
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}
