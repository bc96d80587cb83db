import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { WeightsDifference } from '../../server/protocol/comparison.ts';
import type { TensorReport, WeightsReport } from '../../server/protocol/upscaling.ts';
import { messageOf } from '../../trainer/errors/errors.ts';
import { formatBytes, formatCount, formatValue } from '../../trainer/format/format.ts';
import { controlStyles } from '../components/control-styles.ts';
import { icon } from '../components/icons.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import { fileName } from '../file-name.ts';
import type { Host } from '../host.ts';
import { facts, metricFacts, notFiniteText, tensorTable } from './weights-facts.ts';

declare global {
  interface HTMLElementTagNameMap {
    'weights-view': WeightsView;
  }
}

/** A weights file: its model, its origin, its tensors, and actions. */
@customElement('weights-view')
export class WeightsView extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    css`
      :host { display: block; padding: 12px 16px 24px; max-width: 1100px; }
      h1 { margin: 0 0 2px; font-size: 1.3em; font-weight: 600; overflow-wrap: anywhere; }
      h2 { margin: 18px 0 6px; font-size: 0.9em; font-weight: 600; letter-spacing: 0.04em; text-transform: uppercase; color: var(--wb-quiet); }
      .what { margin: 0 0 10px; color: var(--wb-quiet); }
      dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 20px; margin: 0; }
      dt { color: var(--wb-quiet); }
      dd { margin: 0; overflow-wrap: anywhere; }
      .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); gap: 0 40px; }
      .table { max-height: 70vh; overflow: auto; }
      table { border-collapse: collapse; width: 100%; }
      th, td { padding: 1px 14px 1px 0; text-align: right; white-space: nowrap; font-weight: normal; }
      th:first-child, .left { text-align: left; }
      thead th { position: sticky; top: 0; background: var(--wb-background); color: var(--wb-quiet); box-shadow: inset 0 -1px var(--wb-line); }
      tbody th, .name { font-family: var(--vscode-editor-font-family, monospace); font-size: 0.95em; }
      .bad { color: var(--wb-bad); }
      .wait { padding: 32px 0; color: var(--wb-quiet); }
    `,
  ];

  @property({ attribute: false }) host!: Host;
  @property({ attribute: false }) file = '';

  @state() private report: WeightsReport | null = null;
  @state() private problem = '';
  /** Why the file cannot be shown at all. */
  @state() private failure = '';
  @state() private notice = '';
  @state() private search = '';
  @state() private values: ReadonlyMap<string, TensorReport> | null = null;
  @state() private difference: WeightsDifference | null = null;
  /** Describes the action in progress; else empty. */
  @state() private busy = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.host.setState({ file: this.file });
    this.host.request('esrgan/weights', { file: this.file }).then(
      (report) => {
        this.report = report;
      },
      (error: unknown) => {
        this.failure = messageOf(error);
      },
    );
  }

  override render() {
    const { report } = this;
    const name = fileName(this.file);
    if (this.failure) return this.#renderFailure(name);
    if (!report) return html`<h1>${name}</h1><div class="wait" role="status">Reading…</div>`;
    const { checkpoint, reason } = report;
    const isGenerator = report.architecture !== null;
    const canUpscale = isGenerator || report.format === 'ONNX';
    return html`
      <h1>${name}</h1>
      <p class="what">${this.#title(report)}</p>
      <div class="row">
        ${canUpscale ? html`<button class="push" @click=${() => this.#upscale()}>Upscale With This…</button>` : nothing}
        ${isGenerator ? html`<button class="push" ?disabled=${this.busy !== ''} @click=${() => this.#convert()}>Convert…</button>` : nothing}
        ${report.format === 'ONNX' ? nothing : html`<button class="push" ?disabled=${this.busy !== ''} @click=${() => this.#compare()}>Compare…</button>`}
        <span class="quiet" role="status">${this.busy || this.notice}</span>
      </div>
      ${reason && !canUpscale ? html`<div class="problem">${reason}</div>` : nothing}
      ${this.problem ? html`<div class="problem" role="alert">${this.problem}</div>` : nothing}
      ${report.notFinite.length > 0 ? html`<div class="problem" role="alert">${notFiniteText(report)}</div>` : nothing}
      ${
        checkpoint?.isIntact === false
          ? html`<div class="problem" role="alert">This file has changed since the trainer saved it. It was edited or is damaged.</div>`
          : nothing
      }
      <div class="columns">
        ${facts(report).map(([title, rows]) => this.#renderFacts(title, rows))}
        ${checkpoint && Object.keys(checkpoint.metrics).length > 0 ? this.#renderFacts('Validation', metricFacts(checkpoint.metrics)) : nothing}
        ${Object.keys(report.metadata).length > 0 ? this.#renderFacts('Metadata', Object.entries(report.metadata)) : nothing}
      </div>
      ${this.#renderTensors(report)}
    `;
  }

  #renderFailure(name: string) {
    return html`
      <h1>${name}</h1>
      <div class="problem" role="alert">${this.failure}</div>
      <button class="push" @click=${() => this.#try(() => this.host.request('host/openAsText', null))}>${icon('go')}Open as Text</button>
    `;
  }

  #title({ architecture, format, options, parameters, bytes }: WeightsReport): string {
    const model =
      architecture === null
        ? format === 'ONNX'
          ? 'ONNX model'
          : 'Not a known generator'
        : `${architecture} generator${options?.scale_factor ? `, ×${options.scale_factor}` : ''}`;
    return `${model} · ${formatCount(parameters)} parameters · ${formatBytes(bytes)}`;
  }

  #renderFacts(title: string, rows: readonly (readonly [string, string])[]) {
    return html`<section>
      <h2>${title}</h2>
      <dl>${rows.map(([key, value]) => html`<dt>${key}</dt><dd>${value}</dd>`)}</dl>
    </section>`;
  }

  #renderTensors(report: WeightsReport) {
    const { values, difference } = this;
    // A comparison has our trainer's tensor names, which may differ from those of the file.
    const tensors = difference?.tensors ?? report.tensors;
    const rows = tensorTable(tensors, this.search);
    const changes = difference && new Map(difference.tensors.map((each) => [each.name, each]));
    return html`<section aria-labelledby="tensors">
      <h2 id="tensors">Tensors</h2>
      <div class="row">
        <input type="search" placeholder="Filter tensors" aria-label="Filter tensors" .value=${this.search} @input=${(
          event: Event,
        ) => {
          if (event.target instanceof HTMLInputElement) this.search = event.target.value;
        }} />
        <span class="quiet">${rows.length === tensors.length ? formatCount(rows.length) : `${formatCount(rows.length)} of ${formatCount(tensors.length)}`}</span>
        ${
          report.format === 'ONNX' || values || difference
            ? nothing
            : html`<button class="push" ?disabled=${this.busy !== ''} @click=${() => this.#readValues()}>Show Values</button>`
        }
        ${
          difference
            ? html`<span>Compared with <span class="name">${fileName(difference.b)}</span>: relative change ${
                difference.total.relative === null ? '-' : formatValue(difference.total.relative)
              }, largest ${formatValue(difference.total.largest)}</span>
              <button class="link" @click=${() => {
                this.difference = null;
              }}>End Comparison</button>`
            : nothing
        }
      </div>
      ${
        difference && difference.unmatched.length > 0
          ? html`<p class="quiet">${formatCount(difference.unmatched.length)} ${difference.unmatched.length === 1 ? 'tensor is' : 'tensors are'} not in both files, or with another shape.</p>`
          : nothing
      }
      <div class="table" tabindex="0" role="region" aria-label="Tensor table">
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col" class="left">Shape</th>
              ${changes ? nothing : html`<th scope="col" class="left">Type</th>`}
              ${values && !changes ? ['Mean', 'Std. deviation', 'Minimum', 'Maximum', 'Norm', 'Not finite'].map((head) => html`<th scope="col">${head}</th>`) : nothing}
              ${changes ? ['‖B − A‖', 'Relative', 'Largest change'].map((head) => html`<th scope="col">${head}</th>`) : nothing}
            </tr>
          </thead>
          <tbody>
            ${rows.map(({ name, shape, dtype }) => {
              const change = changes?.get(name);
              return html`<tr>
                <th scope="row">${name}</th>
                <td class="left">${shape}</td>
                ${changes ? nothing : html`<td class="left">${dtype}</td>`}
                ${values && !changes ? valueCells(values.get(name)) : nothing}
                ${changes ? [change?.norm, change?.relative, change?.largest].map((value) => html`<td>${formatOptional(value)}</td>`) : nothing}
              </tr>`;
            })}
          </tbody>
        </table>
      </div>
    </section>`;
  }

  #upscale(): void {
    void this.#try(() => this.host.request('host/upscaleWith', null));
  }

  #convert(): void {
    void this.#runBusy('Converting…', async () => {
      const { path } = await this.host.request('host/convertWeights', null);
      if (path !== null) this.notice = `Saved as ${path}`;
    });
  }

  #compare(): void {
    void this.#runBusy('Comparing…', async () => {
      const { path } = await this.host.request('host/pickWeights', null);
      if (path === null) return;
      this.difference = await this.host.request('esrgan/weightsDifference', { a: this.file, b: path });
    });
  }

  #readValues(): void {
    void this.#runBusy('Reading all tensors…', async () => {
      const values = await this.host.request('esrgan/tensorValues', { file: this.file });
      this.values = new Map(values.map((each) => [each.name, each]));
    });
  }

  async #runBusy(busy: string, action: () => Promise<void>): Promise<void> {
    this.busy = busy;
    this.notice = '';
    await this.#try(action);
    this.busy = '';
  }

  async #try(action: () => Promise<unknown>): Promise<void> {
    this.problem = '';
    try {
      await action();
    } catch (error) {
      this.problem = messageOf(error);
    }
  }
}

function valueCells(values: TensorReport | undefined) {
  const { mean, deviation, least, largest, norm, notFinite = 0 } = values ?? {};
  return html`${[mean, deviation, least, largest, norm].map((value) => html`<td>${formatOptional(value)}</td>`)}
    <td class=${notFinite > 0 ? 'bad' : ''}>${values ? formatCount(notFinite) : '-'}</td>`;
}

function formatOptional(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : formatValue(value);
}
