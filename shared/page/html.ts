/** Text that is part of a page as it is; everything else is escaped on its way in. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | readonly Html[];

/** Tag of a template: what is put in is escaped, unless it is `Html` itself. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const text = literals.reduce(
    (sum, literal, i) => sum + literal + (i < parts.length ? partText(parts[i] ?? '') : ''),
    '',
  );
  return new Html(text);
}

function partText(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return escaped(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

// oxlint-disable-next-line no-control-regex -- it is what is looked for: they have no place in a page
const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F\uFFFE\uFFFF]/g;

function escaped(text: string): string {
  return withoutControls(text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign));
}

/** With a sign that says so in place of each character that neither a page nor XML takes. */
export function withoutControls(text: string): string {
  return text.replaceAll(CONTROL, '\uFFFD');
}
