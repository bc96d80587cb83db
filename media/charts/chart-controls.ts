import { html, type TemplateResult } from 'lit';

/** How all charts of a page are drawn. */
export interface ChartLook<Axis extends string> {
  /** Weight of the past, from 0 to below 1. */
  readonly smoothing: number;
  /** What the x axis counts. */
  readonly xAxis: Axis;
  readonly yIsLog: boolean;
}

/** The controls of all charts of a page, to stand in its tool bar. `change` hears what the person wants otherwise. */
export function chartControls<Axis extends string>(
  { smoothing, xAxis, yIsLog }: ChartLook<Axis>,
  axes: readonly { readonly value: Axis; readonly name: string }[],
  change: (change: Partial<ChartLook<Axis>>) => void,
): TemplateResult {
  return html`
    <label>
      smoothing
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
      <output>${smoothing === 0 ? 'off' : smoothing.toFixed(2)}</output>
    </label>
    <label>
      x axis
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
      logarithmic y
    </label>
  `;
}
