import { isLive } from '../../trainer/run-state/run-state.ts';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import {
  bestOfRun,
  bicubicOf,
  type MeasuredCheckpoint,
  type RunDetail,
  type RunSummary,
  type SessionSummary,
  stateWords,
} from '../../server/protocol/runs.ts';
import {
  currentEpoch,
  formatBytes,
  formatCount,
  formatDuration,
  formatRate,
  formatShortCount,
  formatValue,
} from '../../trainer/format/format.ts';
import { scoreText } from '../../trainer/metrics/metric-text.ts';
import { metrics } from '../../trainer/metrics/metrics.ts';
import { type IconName, icon } from '../components/icons.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import type { HeaderAction } from './header-action.ts';

declare global {
  interface HTMLElementEventMap {
    'run-action': CustomEvent<HeaderAction>;
  }
  interface HTMLElementTagNameMap {
    'run-header': RunHeader;
  }
}

/** State, progress and actions of a run. */
@customElement('run-header')
export class RunHeader extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host { display: block; }
      .title { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; }
      .dot { width: 10px; height: 10px; border-radius: 50%; background: var(--run-color); flex: none; forced-color-adjust: none; }
      h1 { margin: 0; font-size: 1.2em; font-weight: 600; overflow-wrap: anywhere; }
      .state { padding: 0 8px; border-radius: 9px; border: 1px solid var(--wb-line); color: var(--wb-quiet); }
      .state.running { color: var(--wb-good); border-color: currentColor; }
      .state.failed, .state.lost { color: var(--wb-bad); border-color: currentColor; }
      .actions { display: flex; flex-wrap: wrap; gap: 4px; margin-left: auto; }
      .actions .icon-image { margin-right: 5px; }
      .actions [slot] { display: flex; }
      vscode-button { --vscode-font-size: 12px; }
      .facts { display: flex; flex-wrap: wrap; gap: 4px 22px; margin: 8px 0 0; }
      .facts div { min-width: 0; }
      dt { color: var(--wb-quiet); font-size: 0.85em; }
      dd { margin: 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; max-width: 52ch; }
      dd .of { color: var(--wb-quiet); }
      dd .below { color: var(--wb-warn); }
      progress { display: block; appearance: none; width: 100%; height: 2px; margin-top: 8px; border: 0; background: var(--wb-grid); }
      progress::-webkit-progress-bar { background: var(--wb-grid); }
      progress::-webkit-progress-value { background: var(--run-color); }
      .end { margin: 8px 0 0; overflow-wrap: anywhere; }
      .reason { margin: 8px 0 0; padding: 6px 10px; border-left: 3px solid var(--wb-bad); background: color-mix(in srgb, var(--wb-bad) 8%, transparent); overflow-wrap: anywhere; }
      details { margin-top: 6px; }
      summary { cursor: pointer; color: var(--wb-quiet); }
      summary:focus-visible { outline: 1px solid var(--wb-focus); }
      pre { margin: 4px 0 0; max-height: 160px; overflow: auto; font-family: var(--vscode-editor-font-family, monospace); font-size: 0.92em; white-space: pre-wrap; overflow-wrap: anywhere; }
      @media (forced-colors: active) { .dot { border: 1px solid CanvasText; } }
    `,
  ];

  @property({ attribute: false }) detail: RunDetail | null = null;
  /** Shown until the detail is loaded. */
  @property({ attribute: false }) name = '';
  @property({ attribute: false }) color = '';
  /** Feedback after a button was pressed. */
  @property({ attribute: false }) notice = '';

  override updated(): void {
    // The content security policy forbids style attributes but not the style object.
    this.style.setProperty('--run-color', this.color);
  }

  override render() {
    const { detail } = this;
    const summary = detail?.summary;
    return html`
      <div class="title">
        <span class="dot"></span>
        <h1>${summary?.name ?? this.name}</h1>
        ${summary ? html`<span class="state ${summary.state}">${stateText(detail)}</span>` : nothing}
        <span role="status" class="notice">${this.notice}</span>
        <div class="actions" role="toolbar" aria-label="Run">${detail ? this.#renderActions(detail) : nothing}</div>
      </div>
      ${detail ? renderFacts(detail) : nothing}
      ${
        summary?.steps
          ? html`<progress
              max=${summary.steps}
              .value=${summary.step ?? 0}
              aria-label=${`Progress of the ${summary.stage ?? ''} stage`}
            ></progress>`
          : nothing
      }
      ${detail ? renderReason(detail) : nothing}
      ${detail?.mirror?.problem ? html`<div class="reason">W&B: ${detail.mirror.problem}</div>` : nothing}
    `;
  }

  #renderActions(detail: RunDetail): TemplateResult {
    const { state, kind, stage, next } = detail.summary;
    const canRestart = kind === 'esrgan' && (state === 'stopped' || state === 'failed' || state === 'lost');
    const isFinished = kind === 'esrgan' && state === 'finished';
    return html`
      ${
        isLive(detail.summary)
          ? html`${
              state === 'paused'
                ? this.#button('resume', 'Resume', 'play')
                : this.#button('pause', 'Pause', 'pause')
            }
            ${this.#button('stop', 'Stop', 'stop')} ${this.#button('checkpoint', 'Checkpoint', 'save')}
            ${this.#button('validate', 'Validate', 'beaker')}`
          : nothing
      }
      ${canRestart ? this.#button('restart', 'Resume', 'play') : nothing}
      ${
        canRestart && stage === 'pretraining' && next === null
          ? this.#button('restart-both', 'Resume Both Stages', 'both')
          : nothing
      }
      ${isFinished && stage === 'pretraining' ? this.#button('train', 'Start Training (GAN)', 'play') : nothing}
      ${
        isFinished
          ? html`${this.#button('upscale', 'Upscale With This', 'image')}
            ${this.#button('compare', 'Compare', 'diff')} ${this.#button('again', 'Run Again…', 'again')}`
          : nothing
      }
      ${detail.files.config ? this.#button('config', 'Run File', 'go') : nothing}
      ${detail.files.log ? this.#button('log', 'Log', 'output') : nothing}
    `;
  }

  #button(action: HeaderAction, label: string, name: IconName): TemplateResult {
    return html`<vscode-button
      secondary
      data-action=${action}
      @click=${() => this.dispatchEvent(new CustomEvent('run-action', { detail: action, bubbles: true, composed: true }))}
      ><span slot="content-before">${icon(name)}</span>${label}</vscode-button
    >`;
  }
}

function stateText({ summary }: RunDetail): string {
  const { queuePosition: place, state, reason } = summary;
  if (place !== null) return `#${place + 1} in queue`;
  // On a cluster: `queued on gpu: Resources`.
  const isWaiting = state === 'queued' || state === 'starting';
  return isWaiting && reason !== null ? `${stateWords[state]} ${reason}` : stateWords[state];
}

function renderFacts(detail: RunDetail): TemplateResult {
  const { summary, memoryBytes, sessions, bestMetric, mirror } = detail;
  const session = sessions.at(-1);
  const best = bestOfRun(detail);
  const facts: readonly [string, unknown][] = [
    ['Stage', summary.next === null ? summary.stage : `${summary.stage} → ${summary.next}`],
    [
      'Epoch',
      summary.epoch === null ? null : partOf(currentEpoch(summary.epoch, summary.epochs), summary.epochs),
    ],
    ['Step', summary.step === null ? null : partOf(summary.step, summary.steps)],
    ['Speed', summary.rate === null ? null : formatRate(summary.rate)],
    ['Time left', timeLeft(summary)],
    ['Loss', summary.loss === null ? null : formatValue(summary.loss)],
    [metrics[summary.score?.metric ?? bestMetric].title, summary.score && scoreText(summary.score)],
    [`Best ${metrics[bestMetric].title}`, best ? bestText(best) : null],
    ['Memory', memoryBytes === null ? null : formatBytes(memoryBytes)],
    ['Engine', session ? `${session.engine} · ${session.device}` : null],
    ['Commit', session?.source ? commitText(session.source) : null],
    ['Command', session?.command ?? null],
    [
      'W&B',
      mirror && (mirror.link === null ? mirror.state : html`<a href=${mirror.link}>${mirror.state}</a>`),
    ],
  ];
  return html`<dl class="facts">
    ${facts
      .filter(([, value]) => value !== null)
      .map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}

/** Of the stage, where another one follows. */
function timeLeft({ etaSeconds, next }: RunSummary): string | null {
  if (etaSeconds === null) return null;
  return `${formatDuration(etaSeconds)}${next === null ? '' : ' of this stage'}`;
}

function bestText({ checkpoint, score }: MeasuredCheckpoint): TemplateResult {
  const bicubic = bicubicOf(checkpoint, score.metric);
  const text = bicubic && scoreText(bicubic.score);
  return html`${scoreText(score)}<span class="of"> · ${checkpoint.stage} @ ${formatShortCount(checkpoint.step)}</span>${
    bicubic?.isBetter
      ? html`<span class="below"> · below bicubic (${text})</span>`
      : bicubic
        ? html`<span class="of"> · bicubic ${text}</span>`
        : nothing
  }`;
}

function commitText({ commit, isDirty }: NonNullable<SessionSummary['source']>): string {
  const changes = isDirty ? ' with changes' : isDirty === null ? ', changes unknown' : '';
  return `${commit.slice(0, 10)}${changes}`;
}

function partOf(done: number, all: number | null): TemplateResult {
  return html`${formatCount(done)}${all === null ? nothing : html`<span class="of"> / ${formatCount(all)}</span>`}`;
}

function renderReason({ summary, logTail }: RunDetail): TemplateResult | typeof nothing {
  if (summary.state === 'finished' && summary.reason !== null)
    return html`<div class="end">${summary.reason}</div>`;
  const hasFailed = summary.state === 'failed' || summary.state === 'lost';
  if (!hasFailed) return nothing;
  return html`<div class="reason">
    ${summary.reason ?? (summary.state === 'lost' ? 'The process exited unexpectedly.' : 'The run failed.')}
    ${
      logTail.length
        ? html`<details>
            <summary>End of the log</summary>
            <pre tabindex="0">${logTail.join('\n')}</pre>
          </details>`
        : nothing
    }
  </div>`;
}
