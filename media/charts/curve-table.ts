import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { formatCount, formatValue } from '../../trainer/format/format.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import type { CurveSource } from './curve-view.ts';
import { pointRows } from './point-rows.ts';

declare global {
  interface HTMLElementTagNameMap {
    'curve-table': CurveTable;
  }
}

const maximumRows = 100;

/** The points of curves as a table, for screen readers and exact numbers. */
@customElement('curve-table')
export class CurveTable extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host { display: block; }
      .table { max-height: calc(var(--chart-height, 150px) + 60px); overflow: auto; }
      p { margin: 4px 0; color: var(--wb-quiet); }
      table { border-collapse: collapse; width: 100%; }
      th, td { padding: 1px 6px; text-align: right; white-space: nowrap; }
      thead th { position: sticky; top: 0; background: var(--wb-background); font-weight: 600; border-bottom: 1px solid var(--wb-line); }
      tbody th { font-weight: normal; color: var(--wb-quiet); }
    `,
  ];

  /** Heading of the chart. */
  @property({ attribute: false }) heading = '';
  @property({ attribute: false }) curves: readonly CurveSource[] = [];
  /** Displayed values are divided by it. */
  @property({ attribute: false }) divisor = 1;

  override render() {
    const { curves, divisor } = this;
    const { rows, total } = pointRows(
      curves.map(({ points }) => points),
      maximumRows,
    );
    return html`<div class="table" tabindex="0" role="region" aria-label=${`${this.heading}: table`}>
      <table>
        <caption class="visually-hidden">
          ${this.heading} by step
        </caption>
        <thead>
          <tr>
            <th scope="col">Step</th>
            ${curves.map(({ label }) => html`<th scope="col">${label}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ step, values }) => html`<tr>
              <th scope="row">${formatCount(step)}</th>
              ${values.map((value) => html`<td>${value === null ? '' : formatValue(value / divisor)}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
      ${
        total > rows.length
          ? html`<p>${rows.length} of ${formatCount(total)} steps, evenly spaced. Export as CSV for all steps.</p>`
          : nothing
      }
    </div>`;
  }
}
