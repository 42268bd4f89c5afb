import { Card, List, Text } from '@mantine/core';
import type { EvaluationReport } from '@trainyard/shared/evaluation/report';
import { cut, figure } from '@trainyard/shared/page/words';
import { Part } from '../../../figures/Part.js';

type Sample = EvaluationReport['samples'][number];

const MOST_TAKEN = 15;

/** What the model recommends to some users, beside what they took. */
export function Samples({ report: { samples } }: { report: EvaluationReport }) {
  if (samples.length === 0) return null;
  return (
    <Part
      id="samples"
      title={
        samples.length === 1
          ? 'A user, beside what they took'
          : `${samples.length} users, beside what they took`
      }
      note="Users of the test split, drawn by seed. What stands in both lists is bold. A list without a hit is no mistake by itself: people take few of the things that they would like."
    >
      <div className="cards">
        {samples.map((sample) => (
          <Person key={sample.user} sample={sample} />
        ))}
      </div>
    </Part>
  );
}

function Person({ sample: { user, features, recommended, taken } }: { sample: Sample }) {
  const facts = Object.entries(features).map(([name, value]) => `${name} ${value}`);
  return (
    <Card withBorder padding="sm">
      <Text fw={600} className="breaks">
        {cut(user)}
      </Text>
      {facts.length > 0 && (
        <Text size="xs" c="dimmed" className="breaks">
          {cut(facts.join(' · '), 200)}
        </Text>
      )}
      <div className="pair">
        <Items title="recommended" items={recommended} />
        <Items title="taken" items={taken.slice(0, MOST_TAKEN)} left={taken.length - MOST_TAKEN} />
      </div>
    </Card>
  );
}

function Items({ title, items, left = 0 }: { title: string; items: Sample['taken']; left?: number }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {title}
      </Text>
      <List type="ordered" size="xs" className="breaks">
        {items.map(({ item, label, score, isHit }, i) => (
          <List.Item key={i} className={isHit ? 'best' : ''}>
            {cut(label ?? item, 60)}
            <span className="note">
              {label !== null && ` ${cut(item, 30)}`}
              {score !== null && ` ${figure(score)}`}
            </span>
          </List.Item>
        ))}
      </List>
      {left > 0 && <span className="note">and {left} more</span>}
    </div>
  );
}
