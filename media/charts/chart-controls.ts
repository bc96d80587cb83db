import { html, type TemplateResult } from 'lit';

/** Options of all charts of a page. */
export interface ChartOptions<Axis extends string> {
  /** A weight of `SmoothedCurve`. */
  readonly smoothing: number;
  readonly xAxis: Axis;
  readonly yIsLog: boolean;
}

/** Controls of the charts' options, for the tool bar of a page. */
export function chartControls<Axis extends string>(
  { smoothing, xAxis, yIsLog }: ChartOptions<Axis>,
  axes: readonly { readonly value: Axis; readonly name: string }[],
  change: (change: Partial<ChartOptions<Axis>>) => void,
): TemplateResult {
  return html`
    <label>
      Smoothing
      <input
        type="range"
        min="0"
        max="0.99"
        step="0.01"
        .value=${String(smoothing)}
        @input=${(event: Event) => {
          if (event.target instanceof HTMLInputElement) change({ smoothing: Number(event.target.value) });
        }}
      />
      <output>${smoothing === 0 ? 'Off' : smoothing.toFixed(2)}</output>
    </label>
    <label>
      X axis
      <select
        @change=${(event: Event) => {
          if (!(event.target instanceof HTMLSelectElement)) return;
          const chosen = axes[event.target.selectedIndex];
          if (chosen) change({ xAxis: chosen.value });
        }}
      >
        ${axes.map(({ value, name }) => html`<option value=${value} ?selected=${value === xAxis}>${name}</option>`)}
      </select>
    </label>
    <label>
      <input
        type="checkbox"
        .checked=${yIsLog}
        @change=${(event: Event) => {
          if (event.target instanceof HTMLInputElement) change({ yIsLog: event.target.checked });
        }}
      />
      Log y axis
    </label>
  `;
}
