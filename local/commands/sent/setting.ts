import { z } from 'zod';

/** `KEY=VALUE`, a setting of the specification and its value: JSON, or a word. */
export const settingSchema = z.string().transform((text, context): [string, unknown] => {
  const at = text.indexOf('=');
  if (at < 1) {
    context.addIssue({ code: 'custom', message: 'write KEY=VALUE, such as training.epochs=20' });
    return z.NEVER;
  }
  const value = text.slice(at + 1);
  try {
    return [text.slice(0, at), JSON.parse(value)];
  } catch {
    if (/^[[{"]/.test(value)) {
      context.addIssue({ code: 'custom', message: 'its value begins like JSON and is none' });
      return z.NEVER;
    }
    // A word without quotes is a text.
    return [text.slice(0, at), value];
  }
});
