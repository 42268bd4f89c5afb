/** The reference of the HTTP API, as `openapi.json` has it. */
import { componentSections } from './apiComponents.js';
import { apiDocument, type ApiDocument, type Content, type Operation } from './apiDocument.js';
import { fieldText, nameIn, typeText } from './jsonSchema.js';
import { code, jsonBlock, page } from './markdown.js';

const INTRODUCTION = [
  'Made of the schemas that read requests and write answers. [The HTTP API](../api.md) says why it is so, and how to call it; ' +
    '`GET /openapi.json` answers with the same as an OpenAPI 3.1 document, for generators of clients.',
  'Bodies are JSON. Unknown keys and parameters are refused.',
];

/** The groups of operations in the order of the page. The first whose test holds has an operation. */
const GROUPS: readonly { title: string; has: (path: string, tag: string | undefined) => boolean }[] = [
  { title: 'Callbacks of trainers', has: (_path, tag) => tag === 'webhooks' },
  {
    title: 'Runs',
    has: (path) => path.includes('training-runs') || path.includes('best-runs') || path === '/api/compare',
  },
  { title: 'Models', has: (path) => path.startsWith('/api/models') },
  { title: 'Presets', has: (path) => path.startsWith('/api/') },
  { title: 'The service', has: () => true },
];
const ORDER = ['Runs', 'Models', 'Presets', 'The service', 'Callbacks of trainers'];

export function apiPage(): string {
  const document = apiDocument();
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      group: GROUPS.find(({ has }) => has(path, operation.tags[0]))?.title,
      text: operationText(`${method.toUpperCase()} ${path}`, operation, document),
    })),
  );
  const groups = ORDER.flatMap((title) => [
    `## ${title}`,
    ...operations.filter(({ group }) => group === title).flatMap(({ text }) => text),
  ]);
  return page(
    'HTTP API',
    ...INTRODUCTION,
    ...groups,
    ...refusalSection(document),
    ...componentSections(document),
  );
}

function operationText(route: string, operation: Operation, document: ApiDocument): string[] {
  const { operationId, summary, description, parameters, requestBody } = operation;
  return [
    `### \`${operationId}\``,
    code(route),
    [summary, description].flatMap((text) => (text === undefined ? [] : asSentence(text))).join(' '),
    `Who may call: ${callerOf(operation)}.`,
    ...(parameters.length === 0 ? [] : ['Parameters:', parameters.map(parameterText).join('\n')]),
    ...(requestBody ? bodyText(requestBody, document) : []),
    'Answers:',
    answersText(operation),
    refusalsText(operation),
  ];
}

function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function callerOf({ 'x-role': role, tags }: Operation): string {
  if (tags.includes('webhooks')) return "the trainer, with a signature under the key of the run's attempt";
  return role === undefined ? 'anyone' : `whoever has the role \`${role}\`, or one above it`;
}

function parameterText({ name, in: place, required, description, schema }: Operation['parameters'][number]) {
  const necessity = required ? 'required' : 'optional';
  return fieldText(`\`${name}\` (${place}, ${necessity}, ${typeText(schema)})`, description);
}

function bodyText({ required, content }: { required: boolean; content: Content }, document: ApiDocument) {
  return Object.values(content).flatMap((media) => [
    `Body${required ? '' : ' (may be left out)'}: ${typeText(media.schema)}. For example:`,
    jsonBlock(exampleIn(media, document)),
  ]);
}

/** The example of a component, or the one that stands with the body itself. */
function exampleIn(media: Content[string], { components }: ApiDocument): unknown {
  const name = nameIn(media.schema);
  return (name === undefined ? undefined : components.examples[name]?.value) ?? media['example'];
}

function answersText({ summary, responses }: Operation): string {
  const lines = Object.entries(responses).flatMap(([status, response]) => {
    if ('$ref' in response) return [];
    const body = Object.values(response.content)
      .map(({ schema }) => typeText(schema))
      .join(' or ');
    if (body === '') return `- ${status}: ${asSentence(response.description)}`;
    // Where there is nothing to add, the document says of an answer what it says of its operation.
    return response.description === summary
      ? `- ${status}: ${body}.`
      : `- ${status}: ${body}. ${asSentence(response.description)}`;
  });
  return lines.join('\n');
}

function refusalsText({ responses }: Operation): string {
  const statuses = Object.entries(responses).flatMap(([status, response]) =>
    '$ref' in response ? status : [],
  );
  return `[Refusals](#refusals): ${statuses.join(', ')}.`;
}

function refusalSection({ components: { responses } }: ApiDocument): string[] {
  return [
    '## Refusals',
    'Each has a [`Problem`](#problem) as its body; its status says the kind, and its `type` the code, which [Errors](errors.md) explains.',
    Object.values(responses)
      .map(({ description, content }) => {
        const status = Object.values(content).map(({ example }) => example.status);
        return `- ${status.join()}: ${description}`;
      })
      .join('\n'),
  ];
}
