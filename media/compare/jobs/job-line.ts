import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Job } from '../../../server/protocol/jobs.ts';
import { formatDuration } from '../../../trainer/format/format.ts';
import { controlStyles } from '../../components/control-styles.ts';
import { icon } from '../../components/icons.ts';
import { sharedStyles } from '../../components/shared-styles.ts';
import { isActiveJob } from './jobs.ts';

declare global {
  interface HTMLElementEventMap {
    'cancel-job': CustomEvent<string>;
  }
  interface HTMLElementTagNameMap {
    'job-line': JobLine;
  }
}

/** The progress of a job with a button to cancel it, or why it failed. */
@customElement('job-line')
export class JobLine extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    css`
      :host { display: inline-flex; align-items: center; gap: 8px; color: var(--wb-quiet); white-space: nowrap; }
      progress { width: 60px; }
      .failed { color: var(--wb-bad); white-space: normal; overflow-wrap: anywhere; }
    `,
  ];

  @property({ attribute: false }) job!: Job;
  /** Whether it is in a cell of a grid, which handles the keys of its button. */
  @property({ attribute: false }) isInGrid = false;

  override render() {
    const { job, state, detail, done, total, etaSeconds, message } = this.job;
    if (state === 'failed') return html`<span class="failed" role="alert">${message}</span>`;
    if (!isActiveJob(this.job)) return nothing;
    const eta = etaSeconds === null ? '' : ` · ${formatDuration(etaSeconds)} left`;
    const text = state === 'waiting' ? 'Queued' : `${detail || 'Starting'}${eta}`;
    return html`
      ${total === null ? nothing : html`<progress max=${total} .value=${done} aria-label=${text}></progress>`}
      <span role="status">${text}</span>
      <button class="icon" tabindex=${this.isInGrid ? -1 : 0} aria-label="Cancel" title="Cancel" @click=${() => this.dispatchEvent(new CustomEvent('cancel-job', { detail: job, bubbles: true, composed: true }))}>${icon('close')}</button>
    `;
  }
}
