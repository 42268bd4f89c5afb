import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temporaryFolder.js';
import { withDatabase } from '../../database.js';
import { measureProfile } from '../profile/measureProfile.js';
import { columnCard } from './columnCard.js';

/** The card of one column of these rows, without its tags. */
async function cardOf(select: string, type: string, name = 'c') {
  const profile = await withDatabase(await temporaryFolder(), async (database) => {
    await database.run(`CREATE VIEW rows AS ${select}`);
    return measureProfile(database, [{ name, internal: 'c0', type }]);
  });
  const { text } = columnCard(profile.columns[0]!, profile.rows, undefined);
  return { html: text, text: text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ') };
}

describe('the card of a column', () => {
  it('shows the most frequent values of a category, and what the others are together', async () => {
    const { html, text } = await cardOf(
      "SELECT CASE WHEN i < 60 THEN 'red' ELSE 'shade ' || (i % 20) END AS c0 FROM range(100) t(i)",
      'VARCHAR',
    );
    expect(html).not.toContain('<svg');
    expect(text).toContain('red 60 (60 %)');
    expect(text).toContain('11 more 22 (22 %)');
    expect(text).not.toContain('standard deviation');
  });

  it('says of ids that each is there once, and draws no bars of them', async () => {
    const { html, text } = await cardOf("SELECT 'u' || i AS c0 FROM range(5000) t(i)", 'VARCHAR', 'user_id');
    expect(text).toContain('Every value is there once, such as u0.');
    expect(html).not.toMatch(/<svg|class="bar"/);
  });

  it('of ids that are numbers shows the frequent ones and computes no mean', async () => {
    const { html, text } = await cardOf('SELECT i % 30 AS c0 FROM range(900) t(i)', 'BIGINT', 'user_id');
    expect(text).toContain('0 30 (3.333 %)');
    expect(text).not.toContain('mean');
    expect(html).not.toContain('<svg');
  });

  it('draws numbers that a CSV file has as texts', async () => {
    const { html, text } = await cardOf(
      'SELECT CAST(i * 0.5 AS VARCHAR) AS c0 FROM range(2000) t(i)',
      'VARCHAR',
    );
    expect(html).toContain('<svg');
    expect(text).toContain('number · VARCHAR');
    expect(text).toContain('mean 499.8');
  });

  it('shows values that look like tags as text', async () => {
    const { html } = await cardOf("SELECT '<b>x</b>' AS c0 FROM range(3)", 'VARCHAR');
    expect(html).toContain('&lt;b&gt;x&lt;/b&gt;');
    expect(html).not.toContain('<b>x');
  });
});
