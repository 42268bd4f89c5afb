import type { Parameter } from './parameter.js';
import { valueText } from './valueText.js';

/** `0.001 to 0.1, by magnitude` */
export function parameterText(parameter: Parameter): string {
  const { when } = parameter;
  const conditions = Object.entries(when ?? {}).map(
    ([on, values]) =>
      `${on} is ${(Array.isArray(values) ? values : [values]).map((value) => valueText(value)).join(' or ')}`,
  );
  const where = conditions.length === 0 ? '' : `, where ${conditions.join(' and ')}`;
  return `${choiceText(parameter)}${where}`;
}

function choiceText(parameter: Parameter): string {
  switch (parameter.type) {
    case 'constant':
      return `always ${valueText(parameter.value)}`;
    case 'categorical':
      return parameter.values.map((value) => valueText(value)).join(', ');
    case 'logFloat':
      return `${valueText(parameter.min)} to ${valueText(parameter.max)}, by magnitude`;
    case 'int':
    case 'float': {
      const { min, max, step } = parameter;
      const steps = step === undefined ? '' : ` in steps of ${valueText(step)}`;
      const isByMagnitude = parameter.type === 'int' && parameter.log ? ', by magnitude' : '';
      return `${valueText(min)} to ${valueText(max)}${steps}${isByMagnitude}`;
    }
  }
}
