import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type {
  Comparison,
  LoggedStep,
  ModelReference,
  TestSetSummary,
} from '../../../server/protocol/comparison.ts';
import type { Job } from '../../../server/protocol/jobs.ts';
import type { Rect } from '../../../trainer/guards/rect.ts';
import { controlStyles } from '../../components/control-styles.ts';
import { cssVariable } from '../../components/css-variable.ts';
import { sharedStyles } from '../../components/shared-styles.ts';
import type { Host } from '../../host.ts';
import { boxInView } from '../../images/box.ts';
import { gridToPng } from '../../images/grid-png.ts';
import type { ImageView } from '../../images/image-view.ts';
import type { SampleStep } from '../../run-panel/sample-steps.ts';
import { attempt, changeState } from '../compare-events.ts';
import type { CompareState } from '../compare-state.ts';
import { boxProtocol } from './box-metrics.ts';
import type { ImagesState } from './images-state.ts';
import './image-tools.ts';
import { ModelResults } from './model-results.ts';
import './image-source.ts';
import type { ShownRun } from '../shown-runs.ts';
import { type TableRow, tableOf } from '../table/table-model.ts';
import { allSampleSteps, isExternal, sampleKeys, samplesOf, stepAt, stepIndex } from './run-samples.ts';
import './tile-grid.ts';
import type { TileGrid } from './tile-grid.ts';
import { type ShownTile, TileImages, type TileOptions } from './tile-images.ts';
import {
  maximumResults,
  referenceOf,
  resultTileId,
  resultTiles,
  sampleTiles,
  type Tile,
  takeEvenly,
  tileChoices,
  wipePair,
} from './tiles.ts';
import './wipe-view.ts';
import type { WipeView } from './wipe-view.ts';

/** The results of all runs on one image: side by side or with a wipe, as they are or as the difference to a reference. */
@customElement('images-tab')
export class ImagesTab extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    css`
      :host { display: block; }
      .keys { margin: 12px 0 0; color: var(--wb-quiet); display: flex; flex-wrap: wrap; gap: 4px 14px; }
      .protocol { margin: 6px 0 0; color: var(--wb-quiet); max-width: 110ch; }
    `,
  ];

  @property({ attribute: false }) host!: Host;
  @property({ attribute: false }) runs: readonly ShownRun[] = [];
  @property({ attribute: false }) comparison: Comparison | null = null;
  @property({ attribute: false }) jobs: ReadonlyMap<string, Job> = new Map();
  @property({ attribute: false }) state!: CompareState;
  /** Whether this tab is open and handles keys. */
  @property({ attribute: false }) isShown = false;

  @state() private testSets: readonly TestSetSummary[] = [];
  /** Whether the reference is shown in place of each image. */
  @state() private isFlickering = false;
  @state() private isBoxing = false;

  #images!: TileImages;
  #results!: ModelResults;
  #samples = new Map<string, SampleStep[]>();
  /** The images that runs of other programs have logged. */
  readonly #logged = new Map<string, readonly LoggedStep[]>();
  /** What they were last loaded for. */
  readonly #loggedOf = new Map<string, ShownRun['detail']>();
  /** The table's rows with a model. */
  #rows: readonly TableRow[] = [];
  #tiles: readonly Tile[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#images ??= new TileImages(this.host, () => this.requestUpdate());
    this.#results ??= new ModelResults(this.host, () => this.requestUpdate());
    addEventListener('keydown', this.#onKey);
    addEventListener('keyup', this.#onKeyUp);
    addEventListener('blur', this.#endFlicker);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#onKey);
    removeEventListener('keyup', this.#onKeyUp);
    removeEventListener('blur', this.#endFlicker);
  }

  get #ui(): ImagesState {
    return this.state.images;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('runs')) {
      this.#samples = samplesOf(this.runs, this.#logged);
      const named = (runs: readonly ShownRun[] = []) => runs.map(({ run }) => run).join('\n');
      if (named(this.runs) !== named(changed.get('runs'))) this.#loadTestSets();
    }
    if (changed.has('comparison') && this.comparison) {
      this.#rows = tableOf(this.comparison, false).rows.filter(
        ({ model, isReference }) => model !== null && !isReference,
      );
    }
    if (this.isShown) this.#loadLogged();
    this.#loadResults();
    this.#tiles = this.#makeTiles();
    if (this.isShown) this.#loadImages();
  }

  #loadTestSets(): void {
    void attempt(this, async () => {
      const runs = this.runs.map(({ run }) => run);
      this.testSets = runs.length > 0 ? await this.host.request('esrgan/testSets', { runs }) : [];
    });
  }

  /** Loads the images that runs of other programs have logged, again when one has logged more. */
  #loadLogged(): void {
    for (const { run, detail } of this.runs) {
      if (!detail || !isExternal(detail) || this.#loggedOf.get(run) === detail) continue;
      this.#loggedOf.set(run, detail);
      void attempt(this, async () => {
        const steps = await this.host.request('esrgan/loggedImages', { run });
        this.#logged.set(run, steps);
        this.#samples = samplesOf(this.runs, this.#logged);
        this.requestUpdate();
      });
    }
  }

  get #testSet(): TestSetSummary | undefined {
    return this.testSets.find(({ folder }) => folder === this.#ui.testSet) ?? this.testSets[0];
  }

  /** The rows whose results are shown. */
  get #resultRows(): readonly TableRow[] {
    const { hiddenTiles } = this.#ui;
    const shown = this.#rows.filter(({ id }) => !hiddenTiles.includes(resultTileId(id)));
    return takeEvenly(shown, maximumResults);
  }

  get #models(): ModelReference[] {
    return this.#resultRows.flatMap(({ model }) => model ?? []);
  }

  #loadResults(): void {
    const { source, image } = this.#ui;
    if (source !== 'results' || image === null) return;
    const request = this.#results.request(image, this.#models, this.jobs);
    if (request) void attempt(this, () => request);
  }

  /** The job that creates the missing results. */
  get #job(): Job | undefined {
    const { image } = this.#ui;
    const job = image === null ? null : this.#results.of(image, this.#models)?.job;
    return job ? this.jobs.get(job) : undefined;
  }

  #makeTiles(): readonly Tile[] {
    const { source, sample, step, image } = this.#ui;
    if (source === 'samples') {
      const keys = sampleKeys(this.#samples);
      const key = keys.find((each) => each === sample) ?? keys[0];
      return key === undefined ? [] : sampleTiles(this.runs, this.#samples, key, step);
    }
    if (image === null) return [];
    const colorOf = (run: string) => this.runs.find((each) => each.run === run)?.color ?? 'transparent';
    return resultTiles(this.#resultRows, colorOf, this.#results.of(image, this.#models));
  }

  get #visibleTiles(): readonly Tile[] {
    return this.#tiles.filter(({ id }) => !this.#ui.hiddenTiles.includes(id));
  }

  /** Loads everything that a key can show, so that keys act at once. */
  #loadImages(): void {
    const paths = this.#visibleTiles.flatMap((tile) => [tile.path, tile.hr, this.#reference(tile)]);
    this.#images.setPaths(paths.flatMap((path) => path ?? []));
  }

  #reference(tile: Tile): string | null {
    return referenceOf(tile, this.#tiles, this.#ui.reference, this.state.baseline);
  }

  #shown(tile: Tile): ShownTile {
    const { reference, isDifference, gain, box } = this.#ui;
    const referenceName = reference === 'hr' ? 'HR' : 'baseline';
    const options: TileOptions = { referenceName, isFlickering: this.isFlickering, isDifference, gain, box };
    return this.#images.show(tile, this.#reference(tile), options);
  }

  override render() {
    const ui = this.#ui;
    const isEmpty = this.#tiles.length === 0;
    return html`
      <image-source
        .ui=${ui}
        .samples=${this.#samples}
        .testSets=${this.testSets}
        .testSet=${this.#testSet}
        .job=${this.#job}
        @cancel-job=${(event: CustomEvent<string>) => attempt(this, () => this.host.request('esrgan/cancelJob', { job: event.detail }))}
        @create-missing=${() => {
          this.#results.reset();
          this.requestUpdate();
        }}
      ></image-source>
      <image-tools
        .ui=${ui}
        .choices=${tileChoices(ui.source, this.#tiles, this.#rows)}
        .hasBaseline=${this.state.baseline !== null}
        .isEmpty=${isEmpty}
        .isFlickering=${this.isFlickering}
        .isBoxing=${this.isBoxing}
        @flicker=${(event: CustomEvent<boolean>) => {
          this.isFlickering = event.detail;
        }}
        @toggle-boxing=${this.#toggleBoxing}
        @zoom-by=${(event: CustomEvent<number>) => this.#view?.pane?.zoomBy(event.detail)}
        @save-image=${this.#save}
      ></image-tools>
      ${isEmpty ? html`<div class="empty">${this.#emptyText()}</div>` : this.#renderTiles()}
      ${ui.box && !isEmpty ? html`<p class="protocol">${boxText(ui.box)}</p>` : nothing}
      ${isEmpty ? nothing : this.#renderKeys()}
    `;
  }

  #emptyText(): string {
    if (this.#ui.source === 'samples')
      return 'No samples yet. The run file says how often they are saved: samples.every_steps.';
    if (this.testSets.length === 0)
      return 'No test sets found. Download one in the Data & Weights view, or name one in a run file.';
    return 'Choose an image for the models to upscale.';
  }

  #renderTiles() {
    const ui = this.#ui;
    const base = this.#images.base(this.#tiles);
    const { isBoxing } = this;
    return html`<div
      @view-change=${(event: CustomEvent<ImageView | null>) => this.#set({ view: event.detail })}
      @wipe-change=${(event: CustomEvent<number>) => this.#set({ wipe: event.detail })}
      @box-change=${(event: CustomEvent<Rect | null>) => this.#set({ box: event.detail })}
    >
      ${
        ui.mode === 'wipe'
          ? html`<wipe-view .ui=${ui} .tiles=${this.#tiles} .pair=${this.#pair()} .base=${base} .isBoxing=${isBoxing}></wipe-view>`
          : html`<tile-grid .tiles=${this.#visibleTiles.map((tile) => this.#shown(tile))} .base=${base} .view=${ui.view} .box=${ui.box} .isBoxing=${isBoxing}></tile-grid>`
      }
    </div>`;
  }

  #pair(): (ShownTile | undefined)[] {
    return wipePair(this.#tiles, this.#ui.wipeTiles).map((tile) => tile && this.#shown(tile));
  }

  #renderKeys() {
    const keys = [
      ['Space', 'Reference'],
      ['D', 'Difference'],
      ['W', 'Wipe'],
      ['B', 'Box (arrows move, Shift+arrows resize)'],
      ...(this.#ui.source === 'samples' ? [['S', 'Next samples'] as const] : []),
      ['[ ]', 'Previous/next image'],
      ['+ − 0', 'Zoom'],
      ['Arrows', 'Move'],
    ] as const;
    return html`<div class="keys">${keys.map(([key, text]) => html`<span><kbd>${key}</kbd> ${text}</span>`)}<span>Shift+drag: draw a box · Ctrl+wheel: zoom</span></div>`;
  }

  /** The element with the panes. */
  get #view(): TileGrid | WipeView | null {
    return this.renderRoot.querySelector<TileGrid | WipeView>('tile-grid, wipe-view');
  }

  #toggleBoxing(): void {
    this.isBoxing = !this.isBoxing;
    const pane = this.#view?.pane;
    const view = pane?.shownView;
    const base = this.#images.base(this.#tiles);
    if (!this.isBoxing || this.#ui.box || !pane || !view || !base) return;
    // A box that keys can move.
    this.#set({ box: boxInView(view, base, { width: pane.clientWidth, height: pane.clientHeight }) });
  }

  #save(): void {
    void attempt(this, async () => {
      const view = this.#view;
      const content = await gridToPng(view?.drawn() ?? [], view?.columns ?? 1, {
        background: cssVariable(this, '--wb-background', 'white'),
        text: cssVariable(this, '--wb-text', 'black'),
        quiet: cssVariable(this, '--wb-quiet', 'gray'),
      });
      await this.host.request('host/save', { name: 'comparison.png', content });
    });
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (!this.isShown || event.ctrlKey || event.metaKey || event.altKey) return;
    const [target] = event.composedPath();
    if (target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'range') return;
    if (target instanceof HTMLSelectElement) return;
    // After a click, the tab button still has the focus; there Space may flicker.
    const isControl =
      event.composedPath().includes(this) &&
      (target instanceof HTMLButtonElement || target instanceof HTMLInputElement);
    switch (event.key.toLowerCase()) {
      case ' ':
        if (isControl) return;
        this.isFlickering = true;
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
        this.#stepImage(-1);
        break;
      case ']':
        this.#stepImage(1);
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  readonly #onKeyUp = (event: KeyboardEvent): void => {
    if (event.key === ' ') this.#endFlicker();
  };

  readonly #endFlicker = (): void => {
    this.isFlickering = false;
  };

  #stepSamples(by: number): void {
    const steps = allSampleSteps(this.#samples);
    this.#set({ step: stepAt(steps, stepIndex(steps, this.#ui.step) + by) });
  }

  #stepImage(by: number): void {
    const ui = this.#ui;
    const next = <Value>(values: readonly Value[], at: number) =>
      values[(at + by + values.length) % values.length];
    if (ui.source === 'samples') {
      const keys = sampleKeys(this.#samples);
      this.#set({ sample: next(keys, Math.max(0, keys.indexOf(ui.sample ?? ''))) ?? null });
    } else if (this.#testSet && ui.image !== null) {
      const { folder, images } = this.#testSet;
      const image = next(images, images.indexOf(ui.image)) ?? null;
      this.#set({ testSet: folder, image, view: null, box: null });
    }
  }

  #set(change: Partial<ImagesState>): void {
    changeState(this, { images: { ...this.#ui, ...change } });
  }
}

function boxText({ x, y, width, height }: Rect): string {
  return `Box of ${width}×${height} pixels at ${x}, ${y}, compared with HR. ${boxProtocol}`;
}
