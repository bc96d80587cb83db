import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Comparison, PictureResults, TestSetSummary } from '../../server/protocol/comparison.ts';
import type { Job } from '../../server/protocol/jobs.ts';
import '../components/choice-group.ts';
import { formatCount } from '../../trainer/format/format.ts';
import { controlStyles } from '../components/control-styles.ts';
import { cssColour, cssVariable, setVariable } from '../components/css-variable.ts';
import { icon } from '../components/icons.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import type { Host } from '../host.ts';
import { type Box, boxInside, boxInView } from '../images/box.ts';
import { gains } from '../images/difference.ts';
import { gridToPng } from '../images/grid-png.ts';
import '../images/image-pane.ts';
import type { ImageLayer } from '../images/image-pane.ts';
import { formatZoom, type ImageView } from '../images/image-view.ts';
import { LoadedPictures } from '../images/loaded-pictures.ts';
import type { Picture } from '../images/picture.ts';
import { differencePicture, pixelsOf } from '../images/pixels.ts';
import type { SampleStep } from '../run-panel/sample-steps.ts';
import { type BoxScore, boxProtocol, scoreOf } from './box-metrics.ts';
import { attempt, type CompareState, type ImagesUi, tellState } from './compare-state.ts';
import { isLive } from './evaluation-jobs.ts';
import './job-line.ts';
import { nameOf, type ShownRun } from './runs.ts';
import { type TableRow, tableOf } from './table-model.ts';
import {
  allSampleSteps,
  balancedColumns,
  fairShare,
  maximumResults,
  referenceOf,
  resultTiles,
  sampleKeys,
  samplesOf,
  sampleTiles,
  type Tile,
} from './tiles.ts';

/** In CSS pixels. */
const narrowestTile = 210;

/** How many differences of pictures stay in memory. */
const mostDifferences = 48;

/** One picture as all runs have made it: side by side or with a wipe, as it is or as it differs from what it should be. */
@customElement('images-tab')
export class ImagesTab extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    css`
      :host { display: block; }
      .row { margin-bottom: 8px; }
      .step { flex: 1; min-width: 200px; max-width: 520px; }
      .step input { flex: 1; min-width: 60px; }
      .step output { min-width: 12ch; color: var(--wb-text); }
      .zoom { display: inline-flex; align-items: center; color: var(--wb-quiet); }
      .zoom output { min-width: 5ch; text-align: center; }
      .tiles { display: grid; grid-template-columns: repeat(var(--columns, 1), minmax(0, 1fr)); gap: 10px 8px; }
      figure { margin: 0; min-width: 0; }
      figcaption { display: grid; grid-template-columns: minmax(0, 1fr) auto; padding: 3px 0 4px; border-top: 3px solid var(--run-colour, var(--wb-line)); line-height: 1.3; }
      figcaption .name { grid-column: 1 / -1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 600; }
      figcaption .detail { min-height: 1.3em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--wb-quiet); }
      figcaption .shown { white-space: nowrap; color: var(--wb-warn); }
      image-pane { --pane-ratio: var(--picture-ratio, 1); }
      .wipe { max-width: min(100%, 900px); }
      .wipe image-pane { --pane-height: min(68vh, 760px); --pane-ratio: auto; }
      .scores { border-collapse: collapse; margin-top: 3px; }
      .scores th { font-weight: normal; color: var(--wb-quiet); text-align: right; }
      .scores th[scope='row'] { text-align: left; padding-right: 8px; }
      .scores { width: 100%; max-width: 26ch; }
      .scores td { text-align: right; }
      .scores th, .scores td { padding: 0 0 0 8px; line-height: 1.25; }
      .scores th[scope='row'] { padding-left: 0; }
      .wipe-scores { display: flex; flex-wrap: wrap; gap: 4px 40px; margin-top: 6px; }
      .best { font-weight: 700; }
      .keys { margin: 12px 0 0; color: var(--wb-quiet); display: flex; flex-wrap: wrap; gap: 4px 14px; }
      .protocol { margin: 6px 0 0; color: var(--wb-quiet); max-width: 110ch; }
      #tiles-button { anchor-name: --tiles; }
      #tiles { position-anchor: --tiles; }
      #tiles label { display: flex; color: inherit; }
      @media (forced-colors: active) { figcaption { forced-color-adjust: none; color: CanvasText; } figcaption * { color: CanvasText; } }
    `,
  ];

  @property({ attribute: false }) host!: Host;
  @property({ attribute: false }) runs: readonly ShownRun[] = [];
  @property({ attribute: false }) comparison: Comparison | null = null;
  @property({ attribute: false }) jobs: ReadonlyMap<string, Job> = new Map();
  @property({ attribute: false }) state!: CompareState;
  /** Whether keys are for it. */
  @property({ attribute: false }) isShown = false;

  @state() private testSets: readonly TestSetSummary[] = [];
  @state() private results: PictureResults | null = null;
  /** Whether what it should be is shown in place of each result. */
  @state() private isFlickering = false;
  @state() private isBoxing = false;
  @state() private width = 1000;

  #loaded!: LoadedPictures;
  #samples = new Map<string, SampleStep[]>();
  #rows: readonly TableRow[] = [];
  #tiles: readonly Tile[] = [];
  /** What each tile showed last, so that nothing flickers while the next is on its way. */
  readonly #last = new Map<string, Picture>();
  readonly #differences = new Map<string, Picture | null>();
  readonly #scores = new Map<string, BoxScore | null>();
  #resize = new ResizeObserver(() => {
    if (this.clientWidth > 0) this.width = this.clientWidth;
  });
  #askedResults = '';
  #finishedJob: string | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#loaded ??= new LoadedPictures(this.host, () => this.requestUpdate());
    this.#resize.observe(this);
    addEventListener('keydown', this.#onKey);
    addEventListener('keyup', this.#onKeyUp);
    addEventListener('blur', this.#endFlicker);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
    removeEventListener('keydown', this.#onKey);
    removeEventListener('keyup', this.#onKeyUp);
    removeEventListener('blur', this.#endFlicker);
  }

  get #ui(): ImagesUi {
    return this.state.images;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('runs')) {
      this.#samples = samplesOf(this.runs);
      const runs = this.runs.map(({ run }) => run).join('\n');
      const before = changed
        .get('runs')
        ?.map(({ run }) => run)
        .join('\n');
      if (runs !== before) this.#askForTestSets();
    }
    if (changed.has('comparison') && this.comparison) {
      this.#rows = tableOf(this.comparison, false).rows.filter(({ net }) => net !== null);
    }
    if (this.results?.job) this.#followJob(this.results.job);
    if (this.#ui.source === 'results') void this.#askForResults();
    this.#tiles = this.#makeTiles();
    if (this.isShown) this.#want();
  }

  #askForTestSets(): void {
    void attempt(this, async () => {
      const runs = this.runs.map(({ run }) => run);
      this.testSets = runs.length > 0 ? await this.host.request('esrgan/testSets', { runs }) : [];
    });
  }

  get #testSet(): TestSetSummary | undefined {
    return this.testSets.find(({ folder }) => folder === this.#ui.testSet) ?? this.testSets[0];
  }

  /** The rows whose results are shown, as many as there is room for. */
  get #resultRows(): readonly TableRow[] {
    const { hiddenTiles } = this.#ui;
    const shown = this.#rows.filter(({ id }) => !hiddenTiles.includes(`row:${id}`));
    return fairShare(shown, maximumResults);
  }

  async #askForResults(): Promise<void> {
    const { picture } = this.#ui;
    const nets = this.#resultRows.flatMap(({ net }) => net ?? []);
    if (picture === null || nets.length === 0) return;
    const asked = JSON.stringify([picture, nets, this.#finishedJob]);
    if (asked === this.#askedResults) return;
    this.#askedResults = asked;
    await attempt(this, async () => {
      const results = await this.host.request('esrgan/pictureResults', {
        picture: { path: picture, role: 'hr', box: null },
        nets,
        run: null,
      });
      if (asked === this.#askedResults) this.results = results;
    });
  }

  #followJob(id: string): void {
    const job = this.jobs.get(id);
    if (job?.state === 'finished' && this.#finishedJob !== id) this.#finishedJob = id;
  }

  #makeTiles(): readonly Tile[] {
    const ui = this.#ui;
    if (ui.source === 'samples') {
      const keys = sampleKeys(this.#samples);
      const key = keys.find((each) => each === ui.sample) ?? keys[0];
      return key === undefined ? [] : sampleTiles(this.runs, this.#samples, key, ui.step);
    }
    if (ui.picture === null) return [];
    const colourOf = (run: string) => this.runs.find((each) => each.run === run)?.colour ?? 'transparent';
    return resultTiles(this.#resultRows, colourOf, this.results);
  }

  get #shownTiles(): readonly Tile[] {
    return this.#tiles.filter(({ id }) => !this.#ui.hiddenTiles.includes(id));
  }

  /** Has everything loaded that a key could show at once. */
  #want(): void {
    const paths = this.#shownTiles.flatMap((tile) => [tile.path, tile.hr, this.#reference(tile)]);
    this.#loaded.want(paths.flatMap((path) => path ?? []));
  }

  #reference(tile: Tile): string | null {
    return referenceOf(tile, this.#tiles, this.#ui.reference, this.state.baseline);
  }

  /** What is shown in place of a tile's own picture now. */
  #pictureOf(tile: Tile): Picture | null {
    const own = this.#loaded.picture(tile.path);
    if (own) this.#last.set(tile.id, own);
    const reference = this.#loaded.picture(this.#reference(tile));
    if (this.isFlickering && reference) return reference;
    if (this.#ui.isDifference && reference && own && tile.id !== 'lr') {
      return this.#difference(tile, own, reference) ?? null;
    }
    return own ?? (tile.path === null ? null : (this.#last.get(tile.id) ?? null));
  }

  #difference(tile: Tile, own: Picture, reference: Picture): Picture | null | undefined {
    const key = JSON.stringify([tile.path, this.#reference(tile), this.#ui.gain]);
    if (!this.#differences.has(key)) {
      this.#differences.set(key, null);
      for (const old of this.#differences.keys()) {
        if (this.#differences.size <= mostDifferences) break;
        this.#differences.delete(old);
      }
      void differencePicture(own, reference, this.#ui.gain).then((picture) => {
        this.#differences.set(key, picture);
        this.requestUpdate();
      });
    }
    return this.#differences.get(key);
  }

  /** The numbers inside the box; null where there is no HR, or it is of another size. */
  #score(tile: Tile): BoxScore | null {
    const { box } = this.#ui;
    const own = this.#loaded.picture(tile.path);
    const hr = this.#loaded.picture(tile.hr);
    const inside = box && hr && boxInside(box, hr);
    if (!own || !hr || !inside || own.width !== hr.width || own.height !== hr.height) return null;
    const key = JSON.stringify([tile.path, tile.hr, inside]);
    const known = this.#scores.get(key);
    if (known !== undefined) return known;
    if (this.#scores.size > 200) this.#scores.clear();
    const score = scoreOf(pixelsOf(own, inside), pixelsOf(hr, inside));
    this.#scores.set(key, score);
    return score;
  }

  override render() {
    const ui = this.#ui;
    return html`
      ${this.#renderSource()} ${this.#renderTools()}
      ${this.#tiles.length === 0 ? html`<div class="empty">${this.#emptyText()}</div>` : ui.mode === 'wipe' ? this.#renderWipe() : this.#renderTiles()}
      ${ui.box && this.#tiles.length > 0 ? html`<p class="protocol">${this.#boxText(ui.box)}</p>` : nothing}
      ${this.#tiles.length > 0 ? this.#renderKeys() : nothing}
    `;
  }

  #emptyText(): string {
    if (this.#ui.source === 'samples') return 'No samples yet. The runs draw them at each validation.';
    if (this.testSets.length === 0)
      return 'No test set is here. Get one (Data & Weights) or name one in a run file.';
    return 'Choose a picture; each net then enlarges it.';
  }

  #renderSource() {
    const ui = this.#ui;
    const isSamples = ui.source === 'samples';
    const job = this.results?.job ? this.jobs.get(this.results.job) : undefined;
    return html`<div class="row">
      <choice-group
        .label=${'Pictures'}
        .choices=${[
          { value: 'samples', label: 'Training samples' },
          { value: 'results', label: 'Test pictures' },
        ]}
        .value=${ui.source}
        @choose=${(event: CustomEvent<string>) => this.#set({ source: event.detail === 'results' ? 'results' : 'samples', view: null, box: null })}
      ></choice-group>
      ${isSamples ? this.#renderSamples() : this.#renderPictures()}
      ${!isSamples && job ? this.#renderJob(job) : nothing}
    </div>`;
  }

  #renderJob(job: Job) {
    if (job.state === 'finished') return nothing;
    const cancel = (event: CustomEvent<string>) =>
      attempt(this, () => this.host.request('esrgan/cancelJob', { job: event.detail }));
    const askAgain = () => {
      this.#askedResults = '';
      this.requestUpdate();
    };
    return html`<job-line .job=${job} @cancel-job=${cancel}></job-line>
      ${isLive(job) ? nothing : html`<button class="push" @click=${askAgain}>Make what is missing</button>`}`;
  }

  #renderSamples() {
    const keys = sampleKeys(this.#samples);
    const steps = allSampleSteps(this.#samples);
    if (keys.length === 0) return nothing;
    const { sample, step } = this.#ui;
    const index =
      step === null
        ? steps.length - 1
        : Math.max(
            0,
            steps.findLastIndex((each) => each <= step),
          );
    const text = step === null ? 'the latest' : `step ${formatCount(steps[index] ?? 0)}`;
    return html`
      ${
        keys.length > 1
          ? html`<choice-group .label=${'Picture'} .choices=${keys.map((key) => ({ value: key, label: key.replace(/^\d+-/, '') }))} .value=${keys.find((key) => key === sample) ?? keys[0]!} @choose=${(event: CustomEvent<string>) => this.#set({ sample: event.detail })}></choice-group>`
          : nothing
      }
      <label class="step">
        <button class="icon" aria-label="Earlier samples" title="Earlier samples (Shift+S)" ?disabled=${index <= 0} @click=${() => this.#stepSamples(-1)}>${icon('chevronLeft')}</button>
        <input
          type="range"
          min="0"
          max=${Math.max(0, steps.length - 1)}
          .value=${String(index)}
          aria-label="Step of the samples of all runs"
          aria-valuetext=${text}
          @input=${(event: Event) => {
            if (event.target instanceof HTMLInputElement) this.#chooseStep(steps, Number(event.target.value));
          }}
        />
        <button class="icon" aria-label="Later samples" title="Later samples (S)" ?disabled=${index >= steps.length - 1} @click=${() => this.#stepSamples(1)}>${icon('chevronRight')}</button>
        <output>${text}</output>
      </label>
    `;
  }

  #renderPictures() {
    const set = this.#testSet;
    if (!set) return nothing;
    const { picture } = this.#ui;
    return html`
      <label>
        test set
        <select
          @change=${(event: Event) => {
            if (event.target instanceof HTMLSelectElement) this.#choosePicture(event.target.value, null);
          }}
        >
          ${this.testSets.map(({ name, folder }) => html`<option value=${folder} ?selected=${folder === set.folder}>${name}</option>`)}
        </select>
      </label>
      <label>
        picture
        <select
          @change=${(event: Event) => {
            if (event.target instanceof HTMLSelectElement)
              this.#choosePicture(set.folder, event.target.value || null);
          }}
        >
          <option value="" ?selected=${picture === null}>choose…</option>
          ${set.pictures.map((path) => html`<option value=${path} ?selected=${path === picture}>${nameOf(path)}</option>`)}
        </select>
      </label>
    `;
  }

  #renderTools() {
    const ui = this.#ui;
    return html`<div class="row" role="group" aria-label="How pictures are shown">
      <choice-group
        .label=${'Arrangement'}
        .choices=${[
          { value: 'tiles', label: 'Side by side', title: 'W' },
          { value: 'wipe', label: 'Wipe', title: 'W' },
        ]}
        .value=${ui.mode}
        @choose=${(event: CustomEvent<string>) => this.#set({ mode: event.detail === 'wipe' ? 'wipe' : 'tiles' })}
      ></choice-group>
      <label>
        against
        <select
          @change=${(event: Event) => {
            if (event.target instanceof HTMLSelectElement)
              this.#set({ reference: event.target.value === 'baseline' ? 'baseline' : 'hr' });
          }}
        >
          <option value="hr" ?selected=${ui.reference === 'hr'}>HR</option>
          <option value="baseline" ?selected=${ui.reference === 'baseline'} ?disabled=${this.state.baseline === null}>the baseline</option>
        </select>
      </label>
      <button
        class="push"
        aria-pressed=${this.isFlickering}
        title="Hold to see what it is compared with (Space)"
        @pointerdown=${() => this.#flicker(true)}
        @pointerup=${this.#endFlicker}
        @pointerleave=${this.#endFlicker}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === ' ' || event.key === 'Enter') this.#flicker(true);
        }}
        @keyup=${this.#endFlicker}
      >Flicker</button>
      <label>
        <input type="checkbox" .checked=${ui.isDifference} @change=${() => this.#set({ isDifference: !ui.isDifference })} />
        difference
      </label>
      <label>
        <span class="visually-hidden">Amplified</span>
        <select
          title="How strongly differences are amplified"
          @change=${(event: Event) => {
            if (event.target instanceof HTMLSelectElement) this.#set({ gain: Number(event.target.value) });
          }}
        >
          ${gains.map((gain) => html`<option value=${gain} ?selected=${gain === ui.gain}>×${gain}</option>`)}
        </select>
      </label>
      <label>
        <input type="checkbox" .checked=${this.isBoxing} @change=${() => this.#toggleBoxing()} />
        box
      </label>
      ${ui.box ? html`<button class="link" @click=${() => this.#set({ box: null })}>Remove box</button>` : nothing}
      <span class="zoom">
        <button class="icon" aria-label="Zoom out" title="Zoom out (-)" @click=${() => this.#pane()?.zoomBy(0.5)}>${icon('remove')}</button>
        <output aria-label="Zoom">${ui.view ? formatZoom(ui.view.zoom) : 'fit'}</output>
        <button class="icon" aria-label="Zoom in" title="Zoom in (+)" @click=${() => this.#pane()?.zoomBy(2)}>${icon('add')}</button>
        <button class="icon" aria-label="Show all of the picture" title="Show all of the picture (0)" @click=${() => this.#set({ view: null })}>${icon('fit')}</button>
      </span>
      <button class="push" id="tiles-button" popovertarget="tiles">Tiles…</button>
      <button class="push end" ?disabled=${this.#tiles.length === 0} @click=${() => this.#export()}>${icon('export')}PNG</button>
      <div popover id="tiles">${this.#renderTileChoice()}</div>
    </div>`;
  }

  #renderTileChoice() {
    const { hiddenTiles, source } = this.#ui;
    const choices =
      source === 'samples'
        ? this.#tiles.map(({ id, label }) => ({ id, label }))
        : [
            ...['lr', 'bicubic', 'hr'].map((id) => ({ id, label: id === 'bicubic' ? id : id.toUpperCase() })),
            ...this.#rows.map(({ id, runName, label, detail }) => ({
              id: `row:${id}`,
              label: `${runName} · ${label} ${detail}`,
            })),
          ];
    return choices.map(
      ({ id, label }) => html`<label>
        <input
          type="checkbox"
          .checked=${!hiddenTiles.includes(id)}
          @change=${() => this.#set({ hiddenTiles: hiddenTiles.includes(id) ? hiddenTiles.filter((each) => each !== id) : [...hiddenTiles, id] })}
        />
        ${label}
      </label>`,
    );
  }

  #renderTiles() {
    const tiles = this.#shownTiles;
    const base = this.#base();
    const ratio = base ? base.width / base.height : 1;
    return html`<div
      class="tiles"
      ${setVariable('--picture-ratio', String(Math.min(2, Math.max(0.5, ratio))))}
      ${setVariable('--columns', String(balancedColumns(tiles.length, this.width, narrowestTile)))}
      @view-change=${(event: CustomEvent<ImageView | null>) => this.#set({ view: event.detail })}
      @box-change=${(event: CustomEvent<Box | null>) => this.#set({ box: event.detail })}
    >
      ${tiles.map((tile) => this.#renderTile(tile, base))}
    </div>`;
  }

  #renderTile(tile: Tile, base: Picture | null) {
    const { view, box } = this.#ui;
    const found = this.#loaded.get(tile.path);
    const layers: readonly ImageLayer[] = [
      { label: `${tile.label} ${tile.detail}`, picture: this.#pictureOf(tile) },
    ];
    const score = this.#score(tile);
    const hasReference = this.#reference(tile) !== null;
    const shown = !hasReference
      ? ''
      : this.isFlickering
        ? this.#referenceName()
        : this.#ui.isDifference && tile.id !== 'lr'
          ? `|Δ ${this.#referenceName()}| ×${this.#ui.gain}`
          : '';
    return html`<figure data-tile=${tile.id}>
      <figcaption ${setVariable('--run-colour', tile.colour ?? 'var(--wb-line)')}>
        <span class="name" title=${tile.label}>${tile.label}</span><span class="detail" title=${tile.detail}>${tile.detail}</span><span class="shown">${shown}</span>
      </figcaption>
      <image-pane
        bare
        .name=${'Picture'}
        .layers=${layers}
        .base=${base}
        .view=${view}
        .box=${box}
        .isBoxing=${this.isBoxing}
      ></image-pane>
      ${found instanceof Error ? html`<div class="problem" role="alert">${found.message}</div>` : nothing}
      ${score ? this.#renderScore(score, tile, this.#shownTiles) : nothing}
    </figure>`;
  }

  #referenceName(): string {
    return this.#ui.reference === 'hr' ? 'HR' : 'baseline';
  }

  /** The numbers of a tile, with those marked that are the best of the results among `tiles`. */
  #renderScore(score: BoxScore, tile: Tile, tiles: readonly Tile[]) {
    const results = tiles.filter(({ run }) => run !== null).flatMap((each) => this.#score(each) ?? []);
    const cell = (space: 'rgb' | 'y', metric: 'psnr' | 'ssim') => {
      const value = score[space][metric];
      if (value === null) return html`<td title="SSIM needs 11×11 pixels">–</td>`;
      const best = Math.max(...results.map((each) => each[space][metric] ?? Number.NEGATIVE_INFINITY));
      const isBest = tile.run !== null && results.length > 1 && value === best;
      const text = Number.isFinite(value) ? value.toFixed(metric === 'psnr' ? 2 : 4) : '∞';
      return html`<td class=${isBest ? 'best' : ''}>${text}${isBest ? html`<span class="visually-hidden"> best</span>` : nothing}</td>`;
    };
    return html`<table class="scores" title=${boxProtocol} aria-label=${`${tile.label} inside the box`}>
      <tbody>
        <tr><td></td><th scope="col">rgb</th><th scope="col">Y</th></tr>
        <tr><th scope="row">PSNR dB</th>${cell('rgb', 'psnr')}${cell('y', 'psnr')}</tr>
        <tr><th scope="row">SSIM</th>${cell('rgb', 'ssim')}${cell('y', 'ssim')}</tr>
      </tbody>
    </table>`;
  }

  #renderWipe() {
    const tiles = this.#tiles;
    const [left, right] = this.#wipePair();
    const { view, wipe, box } = this.#ui;
    const layers = [left, right].flatMap((tile): ImageLayer[] =>
      tile
        ? [
            {
              label: tile.detail ? `${tile.label} · ${tile.detail}` : tile.label,
              picture: this.#pictureOf(tile),
              ...(tile.colour !== null && { colour: tile.colour }),
            },
          ]
        : [],
    );
    const choice = (label: string, place: 0 | 1, chosen: Tile | undefined) => html`<label>
      ${label}
      <select
        @change=${(event: Event) => {
          if (!(event.target instanceof HTMLSelectElement)) return;
          const [a, b] = [left?.id ?? null, right?.id ?? null];
          this.#set({ wipeTiles: place === 0 ? [event.target.value, b] : [a, event.target.value] });
        }}
      >
        ${tiles.map(({ id, label: name, detail }) => html`<option value=${id} ?selected=${id === chosen?.id}>${detail ? `${name} · ${detail}` : name}</option>`)}
      </select>
    </label>`;
    return html`<div
      class="wipe"
      @view-change=${(event: CustomEvent<ImageView | null>) => this.#set({ view: event.detail })}
      @wipe-change=${(event: CustomEvent<number>) => this.#set({ wipe: event.detail })}
      @box-change=${(event: CustomEvent<Box | null>) => this.#set({ box: event.detail })}
    >
      <div class="row">${choice('left', 0, left)} ${choice('right', 1, right)}</div>
      <image-pane .name=${'Wipe'} .layers=${layers} .base=${this.#base()} .view=${view} .wipe=${wipe} .box=${box} .isBoxing=${this.isBoxing}></image-pane>
      <div class="wipe-scores">
        ${[left, right].map((tile) => {
          const score = tile && this.#score(tile);
          return score
            ? html`<div><b>${tile.label}</b>${this.#renderScore(
                score,
                tile,
                [left, right].flatMap((each) => each ?? []),
              )}</div>`
            : nothing;
        })}
      </div>
    </div>`;
  }

  /** The two that a wipe is between: those chosen, else the first results, or a result and HR. */
  #wipePair(): readonly [Tile | undefined, Tile | undefined] {
    const [a, b] = this.#ui.wipeTiles;
    const results = this.#tiles.filter(({ run }) => run !== null);
    const left = this.#tiles.find(({ id }) => id === a) ?? results[0];
    const right =
      this.#tiles.find(({ id }) => id === b) ??
      results.find((tile) => tile !== left) ??
      this.#tiles.find(({ id }) => id === 'hr');
    return [left, right];
  }

  #renderKeys() {
    const keys = [
      ['Space', 'flicker'],
      ['D', 'difference'],
      ['W', 'wipe'],
      ['B', 'box (arrows move, Shift+arrows resize)'],
      ...(this.#ui.source === 'samples' ? [['S', 'next samples'] as const] : []),
      ['[ ]', 'pictures'],
      ['+ − 0', 'zoom'],
      ['arrows', 'move'],
    ] as const;
    return html`<div class="keys">${keys.map(([key, text]) => html`<span><kbd>${key}</kbd> ${text}</span>`)}<span>Shift+drag draws a box, Ctrl+wheel zooms</span></div>`;
  }

  #boxText({ x, y, width, height }: Box): string {
    return `Box of ${width}×${height} pixels at ${x}, ${y}, against HR. ${boxProtocol}`;
  }

  /** The picture whose pixels positions count in: the largest, which is HR or a result. */
  #base(): Picture | null {
    const pictures = this.#tiles.flatMap(
      (tile) => this.#loaded.picture(tile.path) ?? this.#last.get(tile.id) ?? [],
    );
    return pictures.reduce<Picture | null>(
      (largest, each) => (largest && largest.width >= each.width ? largest : each),
      null,
    );
  }

  #pane() {
    return this.renderRoot.querySelector('image-pane');
  }

  #flicker(on: boolean): void {
    this.isFlickering = on;
  }

  readonly #endFlicker = (): void => {
    this.isFlickering = false;
  };

  #toggleBoxing(): void {
    this.isBoxing = !this.isBoxing;
    const pane = this.#pane();
    const view = pane?.shownView;
    const base = this.#base();
    if (!this.isBoxing || this.#ui.box || !pane || !view || !base) return;
    // From here on, keys can move it.
    this.#set({ box: boxInView(view, base, { width: pane.clientWidth, height: pane.clientHeight }) });
  }

  #stepSamples(by: number): void {
    const steps = allSampleSteps(this.#samples);
    const { step } = this.#ui;
    const index = step === null ? steps.length - 1 : steps.findLastIndex((each) => each <= step);
    this.#chooseStep(steps, index + by);
  }

  #chooseStep(steps: readonly number[], index: number): void {
    const at = Math.min(steps.length - 1, Math.max(0, index));
    // At the latest it goes on with the runs.
    this.#set({ step: at === steps.length - 1 ? null : (steps[at] ?? null) });
  }

  #stepPicture(by: number): void {
    const ui = this.#ui;
    const next = <Value>(values: readonly Value[], at: number) =>
      values[(at + by + values.length) % values.length];
    if (ui.source === 'samples') {
      const keys = sampleKeys(this.#samples);
      this.#set({ sample: next(keys, Math.max(0, keys.indexOf(ui.sample ?? ''))) ?? null });
    } else if (this.#testSet && ui.picture !== null) {
      const { folder, pictures } = this.#testSet;
      this.#choosePicture(folder, next(pictures, pictures.indexOf(ui.picture)) ?? null);
    }
  }

  #choosePicture(testSet: string, picture: string | null): void {
    this.results = null;
    this.#set({ testSet, picture, view: null, box: null });
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (!this.isShown || event.ctrlKey || event.metaKey || event.altKey) return;
    const [target] = event.composedPath();
    if (target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'range') return;
    if (target instanceof HTMLSelectElement) return;
    // The tab itself has the focus after a click on it; it needs no Space any more.
    const isControl =
      event.composedPath().includes(this) &&
      (target instanceof HTMLButtonElement || target instanceof HTMLInputElement);
    switch (event.key.toLowerCase()) {
      case ' ':
        if (isControl) return;
        this.#flicker(true);
        break;
      case 'd':
        this.#set({ isDifference: !this.#ui.isDifference });
        break;
      case 'w':
        this.#set({ mode: this.#ui.mode === 'wipe' ? 'tiles' : 'wipe' });
        break;
      case 'b':
        this.#toggleBoxing();
        break;
      case 's':
        if (this.#ui.source === 'samples') this.#stepSamples(event.shiftKey ? -1 : 1);
        break;
      case '[':
        this.#stepPicture(-1);
        break;
      case ']':
        this.#stepPicture(1);
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  readonly #onKeyUp = (event: KeyboardEvent): void => {
    if (event.key === ' ') this.#endFlicker();
  };

  #export(): void {
    void attempt(this, async () => {
      const panes = [...this.renderRoot.querySelectorAll('image-pane')];
      const tiles = this.#ui.mode === 'wipe' ? [] : this.#shownTiles;
      const [left, right] = this.#wipePair();
      const drawn = panes.flatMap((pane, i) => {
        const canvas = pane.drawing;
        const tile = tiles[i];
        if (!canvas) return [];
        const label = tile ? `${tile.label} ${tile.detail}` : `${left?.label} | ${right?.label}`;
        const score = tile ? this.#score(tile) : null;
        const lines = score ? scoreLines(score) : [];
        return [{ label, lines, colour: tile?.colour ? cssColour(this, tile.colour) : null, canvas }];
      });
      const columns = getComputedStyle(
        this.renderRoot.querySelector('.tiles') ?? this,
      ).gridTemplateColumns.split(' ').length;
      const content = await gridToPng(drawn, columns, {
        background: cssVariable(this, '--wb-background', 'white'),
        text: cssVariable(this, '--wb-text', 'black'),
        quiet: cssVariable(this, '--wb-quiet', 'gray'),
      });
      await this.host.request('host/save', { name: 'comparison.png', content });
    });
  }

  #set(change: Partial<ImagesUi>): void {
    tellState(this, { images: { ...this.#ui, ...change } });
  }
}

function scoreLines({ rgb, y }: BoxScore): string[] {
  const psnr = (value: number) => (Number.isFinite(value) ? value.toFixed(2) : '∞');
  const ssim = (value: number | null) => value?.toFixed(4) ?? '–';
  return [
    `box: PSNR rgb ${psnr(rgb.psnr)}  Y ${psnr(y.psnr)} dB`,
    `SSIM rgb ${ssim(rgb.ssim)}  Y ${ssim(y.ssim)}`,
  ];
}
