import { Button, Group, Switch, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { RunView } from '@trainyard/shared/http/bodies';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { post } from '../../api/request.js';
import { Failure } from '../../states/Failure.js';
import { bodyOf, type Asked } from './useDryRun.js';

interface Props {
  /** Undefined where there is nothing to start yet. */
  asked: Asked | undefined;
  /** What is to be done before it can be started. */
  missing: string;
  isQuick: boolean;
  onQuick: (isQuick: boolean) => void;
  onStarted: () => void;
}

/** What a run is called, whether it is only to try, and the button that starts it. */
export function StartButton({ asked, missing, isQuick, onQuick, onStarted }: Props) {
  const [, navigate] = useLocation();
  const [title, setTitle] = useState('');
  const { modelId = '', spec = {} } = asked ?? {};
  const body = { ...bodyOf({ spec, isQuick }), ...(title !== '' && { title }) };
  // The same key as long as the same is asked for: a second click starts nothing.
  const request = JSON.stringify([modelId, body]);
  const sent = useMemo(() => ({ request, key: crypto.randomUUID() }), [request]);
  const start = useMutation({
    mutationFn: () =>
      post<RunView>(`/api/models/${encodeURIComponent(modelId)}/training-runs`, body, sent.key),
    onSuccess: ({ runId }) => {
      onStarted();
      navigate(`/runs/${runId}`);
    },
  });
  return (
    <>
      <TextInput
        label="Title"
        description="For people; made of what differs from the run before unless given."
        value={title}
        maxLength={200}
        onChange={({ currentTarget }) => setTitle(currentTarget.value)}
      />
      <Switch
        label="Quick test"
        description="Few epochs on a share of the users, on the cheapest tier."
        checked={isQuick}
        onChange={({ currentTarget }) => onQuick(currentTarget.checked)}
      />
      <Group>
        <Button onClick={() => start.mutate()} loading={start.isPending} disabled={!asked}>
          Start training
        </Button>
        {!asked && (
          <Text size="sm" c="dimmed">
            {missing}
          </Text>
        )}
      </Group>
      {start.isError && <Failure what="The run was not started" error={start.error} />}
    </>
  );
}
