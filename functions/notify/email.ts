/** Mail through the HTTP APIs of those who send it. */
import { assertNever } from '@trainyard/shared';
import { shownOf, type Message } from './anyMessage.js';
import type { EmailChannel } from './channels.js';
import type { Post } from './safeRequest.js';
import { tableLines, type Shown } from './shown.js';

export interface Mail {
  subject: string;
  html: string;
  text: string;
}

/** Text from elsewhere as it may stand in HTML, in attributes as well. */
function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

export function mailOf(message: Message): Mail {
  const shown = shownOf(message);
  return { subject: shown.title, html: htmlOf(shown), text: textOf(shown) };
}

function textOf({ title, facts, error, warnings, rows, link }: Shown): string {
  const parts = [
    [title],
    facts.map(([name, value]) => `${name}: ${value}`),
    error
      ? [`Error ${error.code}: ${error.message}`, ...(error.remedy ? [`Remedy: ${error.remedy}`] : [])]
      : [],
    warnings.lines.map((line) => `${warnings.title}: ${line}`),
    tableLines(rows),
    link ? [link.url] : [],
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function htmlOf({ title, facts, error, warnings, rows, link }: Shown): string {
  const known = facts.map(([name, value]) => row('td', [name, value]));
  const failures = [
    ...(error ? [row('td', [`Error ${error.code}`, error.message])] : []),
    ...(error?.remedy ? [row('td', ['Remedy', error.remedy])] : []),
    ...warnings.lines.map((line) => row('td', [warnings.title, line])),
  ];
  const metrics = rows.map((cells, i) => row(i === 0 ? 'th' : 'td', cells));
  return [
    `<h2>${escapeHtml(title)}</h2>`,
    table([...known, ...failures]),
    ...(metrics.length > 0 ? [table(metrics)] : []),
    ...(link ? [`<p><a href="${escapeHtml(link.url)}">${escapeHtml(link.title)}</a></p>`] : []),
  ].join('\n');
}

function row(tag: 'td' | 'th', cells: readonly string[]): string {
  const written = cells.map((cell) => `<${tag} align="left">${escapeHtml(cell)}</${tag}>`);
  return `<tr>${written.join('')}</tr>`;
}

function table(rows: readonly string[]): string {
  return `<table cellpadding="4">\n${rows.join('\n')}\n</table>`;
}

/** The provider's request. `id` is the same whenever the same mail is sent again; Resend then sends it once. */
export function emailRequest({ provider, apiKey, from, to }: EmailChannel, mail: Mail, id: string): Post {
  const { subject, html, text } = mail;
  switch (provider) {
    case 'sendgrid':
      return {
        url: 'https://api.sendgrid.com/v3/mail/send',
        headers: { authorization: `Bearer ${apiKey}` },
        body: JSON.stringify({
          personalizations: [{ to: to.map((email) => ({ email })) }],
          from: { email: from },
          subject,
          content: [
            { type: 'text/plain', value: text },
            { type: 'text/html', value: html },
          ],
        }),
      };
    case 'postmark':
      return {
        url: 'https://api.postmarkapp.com/email',
        headers: { 'x-postmark-server-token': apiKey, accept: 'application/json' },
        body: JSON.stringify({
          From: from,
          To: to.join(','),
          Subject: subject,
          HtmlBody: html,
          TextBody: text,
        }),
      };
    case 'resend':
      return {
        url: 'https://api.resend.com/emails',
        headers: { authorization: `Bearer ${apiKey}`, 'idempotency-key': id },
        body: JSON.stringify({ from, to, subject, html, text }),
      };
    default:
      return assertNever(provider);
  }
}
