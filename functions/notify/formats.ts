/** The message as each kind of channel wants it. */
import { assertNever, signCallback } from '@trainyard/shared';
import { shownOf, webhookBodyOf, type Message } from './anyMessage.js';
import type { Channel, WebhookChannel } from './channels.js';
import { emailRequest, mailOf } from './email.js';
import type { Post } from './safeRequest.js';
import { tableLines, type Shown } from './shown.js';

/** The request that brings the message to `channel`. `id` is the same whenever the same notification is sent again. */
export function requestFor(channel: Channel, message: Message, id: string, now: Date): Post {
  const { url, headers, body } = specificRequest(channel, message, id, now);
  return {
    url,
    headers: { 'content-type': 'application/json', 'user-agent': 'trainyard', ...headers },
    body,
  };
}

function specificRequest(channel: Channel, message: Message, id: string, now: Date): Post {
  switch (channel.type) {
    case 'webhook':
      return signed(channel, message, id, now);
    case 'slack':
      return { url: channel.url, headers: {}, body: JSON.stringify(slackBody(message)) };
    case 'teams':
      return { url: channel.url, headers: {}, body: JSON.stringify(teamsBody(message)) };
    case 'email':
      return emailRequest(channel, mailOf(message), id);
    default:
      return assertNever(channel);
  }
}

function signed({ url, secret }: WebhookChannel, message: Message, id: string, now: Date): Post {
  const body = JSON.stringify(webhookBodyOf(message));
  return { url, headers: { ...signCallback(secret, id, now, body) }, body };
}

/** Slack's limit for the text of a section is 3000 characters; some of them are our own. */
const SECTION_CHARACTERS = 2_900;
const ERROR_CHARACTERS = { message: 2_000, remedy: 800 } as const;

/** Slack's incoming webhooks: https://api.slack.com/reference/block-kit/blocks. */
export function slackBody(message: Message): unknown {
  const { title, facts, error, warnings, rows, link } = shownOf(message);
  const table = tableLines(rows);
  const sections = [
    facts.map(([name, value]) => `*${name}* ${mrkdwn(value, 300)}`).join('\n'),
    error && slackError(error),
    warnings.lines.map((line) => `:warning: ${mrkdwn(line, 400)}`).join('\n'),
    table.length > 0 && `\`\`\`\n${mrkdwn(table.join('\n'), SECTION_CHARACTERS - 8)}\n\`\`\``,
    link && `<${slackLink(link.url)}|${link.title}>`,
  ];
  return {
    text: mrkdwn(title, 300),
    unfurl_links: false,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: clipped(title, 150), emoji: false } },
      ...sections.filter(Boolean).map((text) => ({
        type: 'section',
        // Verbatim: names and addresses in it become no mentions and no links.
        text: { type: 'mrkdwn', text: clipped(String(text), SECTION_CHARACTERS), verbatim: true },
      })),
    ],
  };
}

function slackError({ code, message, remedy }: NonNullable<Shown['error']>): string {
  return [
    `*Error* \`${code}\` ${mrkdwn(message, ERROR_CHARACTERS.message)}`,
    ...(remedy ? [`*Remedy* ${mrkdwn(remedy, ERROR_CHARACTERS.remedy)}`] : []),
  ].join('\n');
}

/** Escaped as Slack wants it (https://api.slack.com/reference/surfaces/formatting), then at most `limit` characters. */
function mrkdwn(text: string, limit: number): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return clipped(escaped, limit);
}

/** At most `limit` characters, the last an ellipsis where some are gone; never half an entity or half a character. */
function clipped(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const head = text.slice(0, limit - 1).replace(/&[a-z]{0,3}$|[\uD800-\uDBFF]$/, '');
  return `${head}…`;
}

/** An address inside `<…|…>`. */
function slackLink(url: string): string {
  return new URL(url).href
    .replaceAll('&', '&amp;')
    .replaceAll('<', '%3C')
    .replaceAll('>', '%3E')
    .replaceAll('|', '%7C');
}

/** A Teams message is 28 KB at most, in which JSON may need six bytes for a character. */
const CARD_TEXT_CHARACTERS = 1_500;

/** What the Workflows webhook of Microsoft Teams takes: a message with an Adaptive Card. */
export function teamsBody(message: Message): unknown {
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: adaptiveCard(shownOf(message)),
      },
    ],
  };
}

function adaptiveCard({ title, color, facts, error, warnings, rows, link }: Shown): unknown {
  const [headings = [], ...metrics] = rows;
  const texts = [
    ...(error ? [`Error ${error.code}: ${error.message}`] : []),
    ...(error?.remedy ? [`Remedy: ${error.remedy}`] : []),
    ...warnings.lines.map((line) => `${warnings.title}: ${line}`),
  ];
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    fallbackText: title,
    msteams: { width: 'Full' },
    body: [
      {
        type: 'TextBlock',
        text: title,
        size: 'Large',
        weight: 'Bolder',
        wrap: true,
        color,
      },
      factSet(facts),
      ...texts.map(plainText),
      ...(metrics.length > 0
        ? [factSet(metrics.map(([name = '', ...values]) => [name, withHeadings(values, headings.slice(1))]))]
        : []),
    ],
    ...(link && { actions: [{ type: 'Action.OpenUrl', ...link }] }),
  };
}

/** Names and values of our own: cards read Markdown in them. */
function factSet(pairs: readonly [name: string, value: string][]): unknown {
  return { type: 'FactSet', facts: pairs.map(([title, value]) => ({ title, value })) };
}

/** `0.3432 (popularity 0.0322, history 0.3414)`. */
function withHeadings([own = '', ...compared]: readonly string[], [, ...names]: readonly string[]): string {
  const beside = compared.map((value, i) => `${names[i] ?? ''} ${value}`);
  return beside.length === 0 ? own : `${own} (${beside.join(', ')})`;
}

/** Text from elsewhere: a run of text is shown as it is, where a text block would read Markdown, links included. */
function plainText(text: string): unknown {
  return {
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text: clipped(text, CARD_TEXT_CHARACTERS) }],
  };
}
