import { whole } from '@trainyard/shared';
import type { Finding, Validation } from '@trainyard/shared/profile/validation';
import type { Profile } from '@trainyard/shared/profile/profile';
import { violations } from '../report.js';
import { columnCard } from './columnCard.js';
import { html, type Html } from '@trainyard/shared/page/html';
import { STYLE } from './style.js';

/** The profile and what was checked as a page that needs nothing else: no script, nothing from elsewhere. */
export function renderPage({ profile, validation }: { profile: Profile; validation: Validation }): string {
  const cards = profile.columns.map((column) =>
    columnCard(
      column,
      profile.rows,
      validation.drift.find((drift) => drift.column === column.name),
    ),
  );
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>Data profile</title>
        ${STYLE}
      </head>
      <body>
        <main>
          <h1>Data profile</h1>
          <p class="soft">
            ${whole(profile.rows)} rows, ${profile.columns.length} columns, checked at
            ${validation.checkedAt}. Reference: ${validation.reference}
          </p>
          ${findingsPart(validation)}
          <h2>Columns</h2>
          <div class="cards">${cards}</div>
        </main>
      </body>
    </html> `.text;
}

function findingsPart(validation: Validation): Html {
  const errors = violations(validation, 'error');
  const warnings = violations(validation, 'warning');
  const of = (outcome: Finding['outcome']) => validation.findings.filter((one) => one.outcome === outcome);
  const notes = [...validation.warnings, ...validation.schema_changes.map(({ message }) => message)];
  const summary = [
    `${errors.length} errors`,
    `${warnings.length} warnings`,
    `${of('met').length} met`,
    `${of('notChecked').length} not checked`,
  ];
  return html`<h2 class="${validation.passed ? 'good' : 'bad'}">
      ${validation.passed ? 'Passed' : 'Failed'}
    </h2>
    <p class="soft">Expectations: ${summary.join(', ')}</p>
    <ul class="findings">
      ${errors.map(({ message }) => line('bad', 'error', message))}
      ${warnings.map(({ message }) => line('warn', 'warning', message))}
      ${notes.map((message) => line('warn', 'note', message))}
      ${of('notChecked').map(({ expectation, message }) => line('soft', expectation.expect, message))}
    </ul>
    ${
      of('met').length === 0
        ? ''
        : html`<details>
            <summary>What holds</summary>
            <ul class="findings">
              ${of('met').map(({ expectation, message }) => line('good', expectation.expect, message))}
            </ul>
          </details>`
    }`;
}

function line(tone: 'bad' | 'warn' | 'soft' | 'good', label: string, message: string): Html {
  return html`<li class="${tone}">${label} <span>${message}</span></li>`;
}
