import { Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { parameterText } from '@trainyard/shared/sweeps/parameterText';
import type { SweepView } from '@trainyard/shared/sweeps/view';
import { useState } from 'react';
import { reads } from '../../api/reads.js';
import { post } from '../../api/request.js';
import { Asked } from '../../form/Asked.js';

/** Has parameters tried that somebody names, before what the search suggests. */
export function AddTrial({ sweep: { sweepId, space, status } }: { sweep: SweepView }) {
  const queryClient = useQueryClient();
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  const varied = Object.entries(space).filter(([, { type }]) => type !== 'constant');
  const add = async () => {
    const given = Object.entries(texts).filter(([, text]) => text.trim() !== '');
    const parameters = Object.fromEntries(given.map(([key, text]) => [key, valueOf(text)]));
    await post(`/api/sweeps/${sweepId}/trials`, { parameters });
    setTexts({});
    await queryClient.invalidateQueries({ queryKey: reads.sweep(sweepId).queryKey });
  };
  return (
    <Asked title="Add a trial" verb="Try this" failure="The sweep was not changed" act={add}>
      <Text size="sm">
        It is tried before what the search suggests, and counts as one of its trials. A field that stays empty
        is as the specification of the sweep has it.
        {status === 'paused' && ' The sweep is paused: the trial waits until it is resumed.'}
      </Text>
      {varied.map(([key, parameter]) => (
        <TextInput
          key={key}
          label={key}
          description={parameterText(parameter)}
          value={texts[key] ?? ''}
          onChange={({ currentTarget: { value } }) => setTexts((before) => ({ ...before, [key]: value }))}
          spellCheck={false}
        />
      ))}
    </Asked>
  );
}

/** Numbers, truth values, lists and objects as JSON has them; all else is a text. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
