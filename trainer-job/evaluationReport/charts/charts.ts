/** Charts as SVG text. The library, and the small document that it draws in, are loaded where the first is drawn. */
import { html, Html, withoutControls } from '@trainyard/shared/page/html';
import type * as ObservablePlot from '@observablehq/plot';
import { COLORS } from '@trainyard/shared/page/style';

/** A chart that is wider, in pixels, would have letters too small to read where a phone shrinks it: it scrolls there. */
const READABLE_ON_PHONES = 560;

export type Plot = typeof ObservablePlot;

/** How a chart is drawn; undefined where there is nothing to draw. */
export interface Chart {
  /** What it shows, for those who do not see it. */
  label: string;
  options: ObservablePlot.PlotOptions;
}

export interface Charts {
  plot: Plot;
  /** Within a page, whose colours it takes. */
  draw(this: void, chart: Chart): Html;
  /** As a file of its own. */
  file(this: void, chart: Chart): string;
}

export async function openCharts(): Promise<Charts> {
  const [plot, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom')]);
  const svgOf = ({ label, options }: Chart): string => {
    const { document } = parseHTML('<!doctype html><html><body></body></html>');
    const drawn = plot.plot({
      document,
      ...options,
      style: { fontSize: '12px', overflow: 'visible', ...styleOf(options) },
    });
    drawn.setAttribute('role', 'img');
    drawn.setAttribute('aria-label', inXml(label));
    drawn.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
    // It is one picture with one text: names of its parts are for whoever draws in it.
    for (const part of drawn.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
    return withoutControls(drawn.outerHTML);
  };
  return {
    plot,
    draw: (chart) =>
      (chart.options.width ?? 0) > READABLE_ON_PHONES
        ? html`<div
            class="chart"
            role="group"
            aria-label="a chart, which scrolls on narrow screens"
            tabindex="0"
          >
            ${new Html(svgOf(chart))}
          </div>`
        : new Html(svgOf(chart)),
    file: (chart) =>
      svgOf(chart).replace(
        '>',
        `><style>${COLORS}svg{color:var(--ink);background:var(--card);padding:12px}</style>`,
      ),
  };
}

/** The document escapes the quotes of an attribute alone, and a file is XML, which takes neither `<` nor `&` there. */
function inXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function styleOf({ style }: ObservablePlot.PlotOptions): object {
  return typeof style === 'object' && style !== null ? style : {};
}
