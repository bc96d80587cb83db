import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { metricHeading } from '../../../trainer/metrics/metrics.ts';
import { sharedStyles } from '../../components/shared-styles.ts';
import { type BoxScore, boxProtocol, type ColorSpaceScore, formatPsnr, formatSsim } from './box-metrics.ts';

declare global {
  interface HTMLElementTagNameMap {
    'box-score': BoxScoreTable;
  }
}

/** The scores of an image against HR inside the box; the best of all results are marked. */
@customElement('box-score')
export class BoxScoreTable extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host { display: block; }
      table { width: 100%; max-width: 26ch; margin-top: 3px; border-collapse: collapse; }
      th { font-weight: normal; color: var(--wb-quiet); text-align: right; }
      td { text-align: right; }
      th, td { padding: 0 0 0 8px; line-height: 1.25; }
      th[scope='row'] { padding: 0 8px 0 0; text-align: left; }
      .best { font-weight: 700; }
    `,
  ];

  /** Names the image for screen readers. */
  @property({ attribute: false }) label = '';
  @property({ attribute: false }) score!: BoxScore;
  /** Scores to rank this one against, including it; empty: not ranked. */
  @property({ attribute: false }) ranked: readonly BoxScore[] = [];

  override render() {
    return html`<table class="scores" title=${boxProtocol} aria-label=${`${this.label} inside the box`}>
      <tbody>
        <tr><td></td><th scope="col">rgb</th><th scope="col">Y</th></tr>
        <tr><th scope="row">${metricHeading('psnr')}</th>${this.#renderCell('rgb', 'psnr')}${this.#renderCell('y', 'psnr')}</tr>
        <tr><th scope="row">${metricHeading('ssim')}</th>${this.#renderCell('rgb', 'ssim')}${this.#renderCell('y', 'ssim')}</tr>
      </tbody>
    </table>`;
  }

  #renderCell(space: 'rgb' | 'y', metric: keyof ColorSpaceScore) {
    const value = this.score[space][metric];
    if (value === null) return html`<td title="SSIM needs 11×11 pixels">–</td>`;
    const best = Math.max(...this.ranked.map((each) => each[space][metric] ?? Number.NEGATIVE_INFINITY));
    const isBest = this.ranked.length > 1 && value === best;
    const text = metric === 'psnr' ? formatPsnr(value) : formatSsim(value);
    return html`<td class=${isBest ? 'best' : ''}>${text}${isBest ? html`<span class="visually-hidden"> best</span>` : nothing}</td>`;
  }
}
