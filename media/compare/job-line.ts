import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Job } from '../../server/protocol/jobs.ts';
import { formatDuration } from '../../trainer/format/format.ts';
import { controlStyles } from '../components/control-styles.ts';
import { icon } from '../components/icons.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import { isLive } from './table/evaluation-jobs.ts';

declare global {
  interface HTMLElementEventMap {
    /** The person wants this job to end. */
    'cancel-job': CustomEvent<string>;
  }
  interface HTMLElementTagNameMap {
    'job-line': JobLine;
  }
}

/** What a job does: how far it is, how long it takes, a button to cancel it; why it failed. */
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
  /** Whether the cell of a grid around it has the focus, and keys for its button. */
  @property({ attribute: false }) isInGrid = false;

  override render() {
    const { job, state, detail, done, total, etaSeconds, message } = this.job;
    if (state === 'failed') return html`<span class="failed" role="alert">${message}</span>`;
    if (!isLive(this.job)) return nothing;
    const eta = etaSeconds === null ? '' : ` · ${formatDuration(etaSeconds)} left`;
    const text = state === 'waiting' ? 'waits for its turn' : `${detail || 'starts'}${eta}`;
    return html`
      ${total === null ? nothing : html`<progress max=${total} .value=${done} aria-label=${text}></progress>`}
      <span role="status">${text}</span>
      <button class="icon" tabindex=${this.isInGrid ? -1 : 0} aria-label="Cancel" title="Cancel" @click=${() => this.dispatchEvent(new CustomEvent('cancel-job', { detail: job, bubbles: true, composed: true }))}>${icon('close')}</button>
    `;
  }
}
