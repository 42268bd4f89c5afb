import { Badge, Group, Stack, Text, Title, type TitleOrder } from '@mantine/core';
import type { Features } from '@trainyard/shared/spec/features';
import type { Model } from '@trainyard/shared/spec/model';
import {
  headShape,
  towerShape,
  type LayersShape,
  type SizeOf,
  type TowerShape,
} from '@trainyard/shared/spec/shape/towerShape';
import { whole } from './whole.js';

interface Props {
  model: Model;
  features: Features;
  /** How many values the vocabularies have, as far as that is known. */
  sizeOf?: SizeOf;
  /** Of the headings of the towers. */
  order?: TitleOrder;
}

/** Both towers, and the rating head on top where there is one: what each feature brings to the input, and what the layers make of it. */
export default function Towers({ model, features, sizeOf, order = 3 }: Props) {
  const query = towerShape({ model, features }, 'query', sizeOf);
  const candidate = towerShape({ model, features }, 'candidate', sizeOf);
  const head = headShape(model, query, candidate);
  return (
    <div className="towers">
      <Tower title="Query tower" shape={query} order={order} />
      <Tower title="Candidate tower" shape={candidate} order={order} />
      {head && (
        <Stack gap="xs" component="section" aria-label="Rating head">
          <Heading title="Rating head" parameters={head.parameters} order={order} />
          <Layers shape={head} most={widestOf(head)} />
        </Stack>
      )}
    </div>
  );
}

function Tower({ title, shape, order }: { title: string; shape: TowerShape; order: TitleOrder }) {
  return (
    <Stack gap="xs" component="section" aria-label={title}>
      <Heading title={title} parameters={shape.parameters} order={order} />
      <TensorBar shape={shape} />
      <ul className="tensorParts">
        {shape.features.map(({ name, transform, width, rows, parameters }, i) => (
          <li key={name}>
            <Swatch i={i} />
            <span className="breaks">{name}</span>
            <span className="note">
              {[
                transform,
                rows === null
                  ? ''
                  : `${rows === undefined ? 'rows of the data' : whole(rows)} × ${textOf(width)}`,
                parameters === undefined || rows === null ? '' : `${whole(parameters)} parameters`,
              ]
                .filter((part) => part !== '')
                .join(' · ')}
            </span>
            <span className="tabular">{textOf(width)}</span>
          </li>
        ))}
      </ul>
      <Layers shape={shape} most={widestOf(shape)} />
    </Stack>
  );
}

function Heading({
  title,
  parameters,
  order,
}: {
  title: string;
  parameters: number | undefined;
  order: TitleOrder;
}) {
  return (
    <Group justify="space-between" gap="xs">
      <Title order={order} size="h5">
        {title}
      </Title>
      <Text size="sm" c="dimmed">
        {parameters === undefined ? 'parameters follow from the data' : `${whole(parameters)} parameters`}
      </Text>
    </Group>
  );
}

/** The input of a tower, each feature as wide as its share of it. What is not known takes no room. */
function TensorBar({ shape: { features, input } }: { shape: TowerShape }) {
  const widths = features.map(({ width }) => width ?? 0);
  const total = widths.reduce((sum, width) => sum + width, 0);
  const label = features.map(({ name, width }) => `${name} ${textOf(width)}`).join(', ');
  return (
    <svg
      className="tensorBar"
      viewBox="0 0 1000 28"
      preserveAspectRatio="none"
      role="img"
      aria-label={`${input === undefined ? 'An input whose width follows from the data' : `An input of ${whole(input)} numbers`}: ${label}`}
    >
      {features.map(({ name }, i) => (
        <rect
          key={name}
          className={`part${i % PARTS}`}
          x={(1000 * widths.slice(0, i).reduce((sum, width) => sum + width, 0)) / Math.max(1, total)}
          width={(1000 * (widths[i] ?? 0)) / Math.max(1, total)}
          height={28}
        />
      ))}
    </svg>
  );
}

/** So many colours there are; then they begin anew. */
const PARTS = 8;

function Swatch({ i }: { i: number }) {
  return (
    <svg className="swatch" viewBox="0 0 10 10" aria-hidden>
      <rect className={`part${i % PARTS}`} width={10} height={10} rx={2} />
    </svg>
  );
}

function Layers({ shape: { layers, input, output }, most }: { shape: LayersShape; most: number }) {
  if (layers.length === 0)
    return (
      <Text size="sm" c="dimmed">
        No layers: the output is the input, {textOf(output)} wide.
      </Text>
    );
  return (
    <ol className="layers" aria-label={`${layers.length} layers, from an input ${textOf(input)} wide`}>
      {layers.map(({ type, width, parameters }, i) => (
        // Layers have no names of their own.
        <li key={i}>
          <Badge variant="light" color={COLOURS[type]} className="layerKind">
            {type}
          </Badge>
          <svg className="layerBar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden>
            <rect width={(1000 * (width ?? 0)) / most} height={10} />
          </svg>
          <span className="tabular">{textOf(width)}</span>
          <span className="note tabular">
            {parameters === undefined ? '' : parameters === 0 ? 'none to learn' : whole(parameters)}
          </span>
        </li>
      ))}
    </ol>
  );
}

const COLOURS = {
  dense: 'blue',
  dropout: 'gray',
  batchNorm: 'teal',
  cross: 'grape',
  residual: 'orange',
} as const;

const widestOf = ({ input, layers }: LayersShape) =>
  Math.max(1, input ?? 0, ...layers.map(({ width }) => width ?? 0));

const textOf = (width: number | undefined) => (width === undefined ? '?' : whole(width));
