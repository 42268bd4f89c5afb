import { Text, TextInput } from '@mantine/core';
import type { SweepView } from '@trainyard/shared/sweeps/view';
import { useState } from 'react';
import { post } from '../../api/request.js';
import { Asked } from '../../form/Asked.js';
import { limitsGiven, LIMITS, proposedLimits, type LimitName } from './limits.js';

/** Raises the limits of a sweep: what it ended by stands there raised, and only what is changed is sent. */
export function Extend({ sweep }: { sweep: SweepView }) {
  const [typed, setTyped] = useState<Readonly<Partial<Record<LimitName, string>>>>({});
  const proposed = proposedLimits(sweep);
  const texts = { ...proposed, ...typed };
  const extend = async () => {
    await post<SweepView>(`/api/sweeps/${sweep.sweepId}/extend`, limitsGiven(sweep, texts));
    setTyped({});
  };
  return (
    <Asked title="Extend" verb="Extend the sweep" failure="The sweep was not changed" act={extend}>
      {sweep.endReason !== null && (
        <Text size="sm">
          It has ended by {sweep.endReason}. What it needs to go on is raised below; raise what else shall be
          more.
        </Text>
      )}
      {LIMITS.map(({ name, label, description }) => (
        <TextInput
          key={name}
          label={label}
          description={description}
          inputMode="decimal"
          value={texts[name] ?? ''}
          onChange={({ currentTarget: { value } }) => setTyped((before) => ({ ...before, [name]: value }))}
        />
      ))}
    </Asked>
  );
}
