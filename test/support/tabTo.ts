import type { Page } from 'playwright-core';

/** Presses Tab until what has the focus is called so. */
export async function tabTo(page: Page, name: string, { backwards = false } = {}): Promise<void> {
  for (let presses = 0; presses < 200; presses++) {
    await page.keyboard.press(backwards ? 'Shift+Tab' : 'Tab');
    const isThere = await page
      .getByLabel(name, { exact: true })
      .or(page.getByRole('button', { name, exact: true }))
      .or(page.getByRole('link', { name, exact: true }))
      .evaluateAll((elements) => elements.some((element) => element === element.ownerDocument.activeElement));
    if (isThere) return;
  }
  throw new Error(`Tab does not come to ${name}`);
}
