import { Switch, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { ModelView } from '@trainyard/shared/http/bodies';
import { useState } from 'react';
import { reads } from '../../api/reads.js';
import { post } from '../../api/request.js';
import { Asked } from '../../form/Asked.js';

/** Sets what administrators may of a model; whether the values are right, the server says. */
export function ChangeModel({ model }: { model: ModelView }) {
  const queryClient = useQueryClient();
  const [fields, setFields] = useState(() => fieldsOf(model));
  const set = (name: 'teams' | 'minIntervalSeconds' | 'minNewRows' | 'budget') => ({
    value: fields[name],
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) =>
      setFields((before) => ({ ...before, [name]: value })),
  });
  const save = async () => {
    await post(`/api/models/${encodeURIComponent(model.modelId)}`, changeOf(fields));
    await Promise.all(
      [reads.models.queryKey, reads.spending.queryKey].map((queryKey) =>
        queryClient.invalidateQueries({ queryKey }),
      ),
    );
  };
  return (
    <Asked title="Change" verb={`Change ${model.modelId}`} failure="The model was not changed" act={save}>
      <TextInput label="Teams" description="With commas between; * is everybody." {...set('teams')} />
      <TextInput
        label="Least time between two starts, in seconds"
        inputMode="numeric"
        {...set('minIntervalSeconds')}
      />
      <TextInput label="New rows before a start" inputMode="numeric" {...set('minNewRows')} />
      <Switch
        label="No start while a run is under way"
        checked={fields.skipWhileRunning}
        onChange={({ currentTarget: { checked } }) =>
          setFields((before) => ({ ...before, skipWhileRunning: checked }))
        }
      />
      <TextInput
        label="Monthly budget, in US dollars"
        description="Empty for none of its own."
        inputMode="decimal"
        {...set('budget')}
      />
    </Asked>
  );
}

const fieldsOf = ({ teams, retrain, monthlyBudgetUsd }: ModelView) => ({
  teams: teams.join(', '),
  minIntervalSeconds: String(retrain.minIntervalSeconds),
  minNewRows: String(retrain.minNewRows),
  skipWhileRunning: retrain.skipWhileRunning,
  budget: monthlyBudgetUsd === null ? '' : String(monthlyBudgetUsd),
});

/** What is no number is sent as it is: the server says what is allowed. */
const numberOf = (text: string) => (text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text));

function changeOf(fields: ReturnType<typeof fieldsOf>) {
  const { teams, minIntervalSeconds, minNewRows, skipWhileRunning, budget } = fields;
  return {
    teams: teams
      .split(',')
      .map((team) => team.trim())
      .filter((team) => team !== ''),
    retrain: {
      minIntervalSeconds: numberOf(minIntervalSeconds),
      minNewRows: numberOf(minNewRows),
      skipWhileRunning,
    },
    monthlyBudgetUsd: budget.trim() === '' ? null : numberOf(budget),
  };
}
