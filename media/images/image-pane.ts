import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { Rect } from '../../trainer/guards/rect.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import { boxBetween, boxInView, movedBox, resizedBox } from './box.ts';
import type { DecodedImage } from './image.ts';
import {
  fittingView,
  type ImageView,
  limitedView,
  pannedView,
  type Size,
  toImage,
  toPane,
  zoomedView,
} from './image-view.ts';

export interface ImageLayer {
  readonly label: string;
  /** Null until it is loaded. */
  readonly image: DecodedImage | null;
  /** CSS color of the run, shown next to the label. */
  readonly color?: string;
  /** Whether to interpolate between pixels when zoomed in; by default only while pixels are small. */
  readonly isSmooth?: boolean;
}

declare global {
  interface HTMLElementEventMap {
    /** The user zoomed or moved the image; `null`: fits the whole image. */
    'view-change': CustomEvent<ImageView | null>;
    /** The user moved the wipe: 0 to 1 of the pane's width. */
    'wipe-change': CustomEvent<number>;
    /** The user drew, moved or removed (`null`) the box. */
    'box-change': CustomEvent<Rect | null>;
  }
  interface HTMLElementTagNameMap {
    'image-pane': ImagePane;
  }
}

/** From this many device pixels per image pixel on, pixels are drawn as squares. */
const squaresFrom = 3;

/**
 * One image, or two with a wipe: the first left of the divider, the second right. Panes with the same `base` and `view`
 * show the same part, whatever the sizes of their images: each image is stretched over the base.
 *
 * Dragging moves the image, dragging the divider or its slider wipes. A double click fits the whole image or, if it fits
 * already, zooms to 4×. Ctrl or Command with the wheel, or a pinch, zooms; the wheel alone scrolls the page. Arrows
 * move, `+` and `-` zoom, `0` fits the image.
 *
 * With Shift or `isBoxing`, dragging draws a box. With `isBoxing`, arrows move the box and Shift with arrows resizes it,
 * Enter creates one, Escape removes it.
 */
@customElement('image-pane')
export class ImagePane extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host { display: flex; flex-direction: column; min-width: 0; }
      .frame { position: relative; overflow: hidden; height: var(--pane-height, auto); aspect-ratio: var(--pane-ratio, auto); background: color-mix(in srgb, var(--wb-text) 6%, transparent); border-radius: 3px; cursor: grab; touch-action: pan-y; }
      .frame.dragging { cursor: grabbing; }
      .frame:focus-visible { outline: 1px solid var(--wb-focus); outline-offset: 1px; }
      canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
      .label { position: absolute; bottom: 4px; max-width: calc(50% - 16px); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; padding: 0 6px; border-radius: 3px; color: #fff; background: rgb(0 0 0 / 65%); font-size: 0.9em; pointer-events: none; border-left: 3px solid transparent; }
      .left { left: 4px; }
      .right { right: 4px; }
      .divider { position: absolute; top: 0; bottom: 0; width: 15px; margin-left: -8px; cursor: ew-resize; touch-action: none; }
      .divider::before { content: ''; position: absolute; left: 7px; top: 0; bottom: 0; width: 2px; background: #fff; box-shadow: 0 0 2px #000; forced-color-adjust: none; }
      .missing { position: absolute; inset: 0; display: grid; place-items: center; color: var(--wb-quiet); pointer-events: none; }
      .box { position: absolute; border: 1px solid #fff; outline: 1px solid #000; box-sizing: border-box; pointer-events: none; forced-color-adjust: none; }
      .boxing { cursor: crosshair; }
      :host([bare]) .label { display: none; }
      input { width: 100%; height: 18px; }
    `,
  ];

  /** Accessible name. */
  @property({ attribute: false }) name = '';
  @property({ attribute: false }) layers: readonly ImageLayer[] = [];
  /** The size that views and boxes refer to: that of the largest image. */
  @property({ attribute: false }) base: Size | null = null;
  @property({ attribute: false }) view: ImageView | null = null;
  @property({ attribute: false }) wipe = 0.5;
  /** A marked part, in pixels of `base`. */
  @property({ attribute: false }) box: Rect | null = null;
  /** Whether dragging draws a box. */
  @property({ attribute: false }) isBoxing = false;

  @query('canvas') private canvas?: HTMLCanvasElement;
  @query('.frame') private frame?: HTMLElement;
  @query('.divider') private divider?: HTMLElement;
  @query('.box') private boxElement?: HTMLElement;

  #pending = 0;
  #resize = new ResizeObserver(() => this.#draw());
  #drag: { x: number; y: number } | null = null;
  #isWiping = false;
  /** The first corner of the box that is being drawn, in pixels of `base`. */
  #boxFrom: { x: number; y: number } | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
    cancelAnimationFrame(this.#pending);
    this.#pending = 0;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.frame) this.#resize.observe(this.frame);
  }

  override firstUpdated(): void {
    // Must not be passive, as a listener of the template may be: it prevents the zoom of the page.
    this.frame!.addEventListener('wheel', (event) => this.#onWheel(event), { passive: false });
    this.#resize.observe(this.frame!);
  }

  override render() {
    const [left, right] = this.layers;
    return html`
      <div
        class="frame ${this.isBoxing ? 'boxing' : ''}"
        tabindex="0"
        role="group"
        aria-roledescription="image"
        aria-label=${`${this.name}: ${this.layers.map(({ label }) => label).join(' and ')}. ${this.isBoxing ? 'Arrow keys move the box, Shift with arrow keys resizes it' : 'Arrow keys move the image'}, plus and minus zoom, 0 fits the image.`}
        @pointerdown=${this.#onDown}
        @pointermove=${this.#onMove}
        @pointerup=${this.#onUp}
        @pointercancel=${this.#onUp}
        @dblclick=${this.#onDoubleClick}
        @keydown=${this.#onKey}
      >
        <canvas aria-hidden="true"></canvas>
        ${this.box ? html`<div class="box"></div>` : nothing}
        ${left && !right && !left.image ? html`<div class="missing">No image</div>` : nothing}
        ${left ? html`<span class="label left">${left.label}</span>` : nothing}
        ${right ? html`<span class="label right">${right.label}</span><div class="divider"></div>` : nothing}
      </div>
      ${
        right
          ? html`<input
              type="range"
              min="0"
              max="100"
              step="1"
              .value=${String(Math.round(this.wipe * 100))}
              aria-label=${`Wipe between ${left?.label} and ${right.label}`}
              @input=${(event: Event) => {
                if (event.target instanceof HTMLInputElement)
                  this.#emit('wipe-change', Number(event.target.value) / 100);
              }}
            />`
          : nothing
      }
    `;
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('layers') || changed.has('wipe')) {
      // The content security policy forbids style attributes but not the style object.
      if (this.divider) this.divider.style.left = `${this.wipe * 100}%`;
      const labels = this.renderRoot.querySelectorAll<HTMLElement>('.label');
      for (const [i, label] of labels.entries()) {
        label.style.borderLeftColor = this.layers[i]?.color ?? 'transparent';
      }
    }
    this.#draw();
  }

  /** The view that is shown, also if it fits the whole image. */
  get shownView(): ImageView | null {
    const pane = this.#pane();
    if (!this.base || !pane) return null;
    return this.view ? limitedView(this.view, this.base, pane) : fittingView(this.base, pane);
  }

  /** The canvas, in device pixels. */
  get drawing(): HTMLCanvasElement | null {
    return this.canvas ?? null;
  }

  #pane(): Size | null {
    const { frame } = this;
    return frame && frame.clientWidth > 0 ? { width: frame.clientWidth, height: frame.clientHeight } : null;
  }

  #draw(): void {
    this.#pending ||= requestAnimationFrame(() => {
      this.#pending = 0;
      this.#drawNow();
    });
  }

  #drawNow(): void {
    const { canvas, base } = this;
    const pane = this.#pane();
    const view = this.shownView;
    const context = canvas?.getContext('2d');
    if (!canvas || !context || !pane) return;
    const ratio = devicePixelRatio;
    const width = Math.round(pane.width * ratio);
    const height = Math.round(pane.height * ratio);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.clearRect(0, 0, width, height);
    if (!base || !view) return;
    const corner = toPane(view, 0, 0, pane);
    this.#placeBox(corner, view.zoom);
    const area = {
      x: corner.x * ratio,
      y: corner.y * ratio,
      width: base.width * view.zoom * ratio,
      height: base.height * view.zoom * ratio,
    };
    const split = Math.round(this.wipe * width);
    const parts =
      this.layers.length === 2 ? [[0, split] as const, [split, width] as const] : [[0, width] as const];
    for (const [i, [from, to]] of parts.entries()) {
      const layer = this.layers[i];
      const image = layer?.image;
      if (!image || to <= from) continue;
      context.save();
      context.beginPath();
      context.rect(from, 0, to - from, height);
      context.clip();
      context.imageSmoothingEnabled = layer?.isSmooth ?? area.width / image.width < squaresFrom;
      context.imageSmoothingQuality = 'high';
      context.drawImage(image.bitmap, area.x, area.y, area.width, area.height);
      context.restore();
    }
  }

  #placeBox(corner: { x: number; y: number }, zoom: number): void {
    if (!this.box || !this.boxElement) return;
    const { x, y, width, height } = this.box;
    Object.assign(this.boxElement.style, {
      left: `${corner.x + x * zoom}px`,
      top: `${corner.y + y * zoom}px`,
      width: `${width * zoom}px`,
      height: `${height * zoom}px`,
    });
  }

  #inImage(event: MouseEvent): { x: number; y: number } | null {
    const pane = this.#pane();
    const view = this.shownView;
    const { x, y } = this.#at(event);
    return pane && view && toImage(view, x, y, pane);
  }

  #at(event: MouseEvent): { x: number; y: number } {
    const { left, top } = this.frame!.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  #onDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.#isWiping = this.divider !== undefined && event.composedPath().includes(this.divider);
    this.#boxFrom = !this.#isWiping && (this.isBoxing || event.shiftKey) ? this.#inImage(event) : null;
    this.#drag = { x: event.clientX, y: event.clientY };
    this.frame!.setPointerCapture(event.pointerId);
    this.frame!.classList.toggle('dragging', !this.#isWiping && !this.#boxFrom);
  }

  #onMove(event: PointerEvent): void {
    const pane = this.#pane();
    const view = this.shownView;
    if (!this.#drag || !pane || !view || !this.base) return;
    if (this.#isWiping) {
      this.#emit('wipe-change', Math.min(1, Math.max(0, this.#at(event).x / pane.width)));
      return;
    }
    if (this.#boxFrom) {
      const to = this.#inImage(event);
      const box = to && boxBetween(this.#boxFrom, to, this.base);
      if (box) this.#emit('box-change', box);
      return;
    }
    const moved = pannedView(
      view,
      event.clientX - this.#drag.x,
      event.clientY - this.#drag.y,
      this.base,
      pane,
    );
    this.#drag = { x: event.clientX, y: event.clientY };
    if (moved.x !== view.x || moved.y !== view.y) this.#emit('view-change', moved);
  }

  #onUp(): void {
    this.#drag = null;
    this.#isWiping = false;
    this.#boxFrom = null;
    this.frame?.classList.remove('dragging');
  }

  #onDoubleClick(event: MouseEvent): void {
    const view = this.shownView;
    if (this.view || !view) this.#emit('view-change', null);
    else this.#zoom(4 / view.zoom > 1.5 ? 4 / view.zoom : 4, this.#at(event));
  }

  #onWheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.#zoom(
      2 ** (-event.deltaY / (event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 200 : 6)),
      this.#at(event),
    );
  }

  /** Zooms around the middle of the pane. */
  zoomBy(factor: number): void {
    const pane = this.#pane();
    if (pane) this.#zoom(factor, { x: pane.width / 2, y: pane.height / 2 });
  }

  #zoom(factor: number, at: { x: number; y: number }): void {
    const pane = this.#pane();
    const view = this.shownView;
    if (pane && view && this.base) this.#emit('view-change', zoomedView(view, factor, at, this.base, pane));
  }

  #onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const pane = this.#pane();
    const view = this.shownView;
    if (!pane || !view || !this.base) return;
    const stride = 40;
    const moves: Record<string, readonly [number, number]> = {
      ArrowLeft: [stride, 0],
      ArrowRight: [-stride, 0],
      ArrowUp: [0, stride],
      ArrowDown: [0, -stride],
    };
    const move = moves[event.key];
    if (this.isBoxing && this.#onBoxKey(event, view, pane, this.base)) {
      event.preventDefault();
      return;
    }
    if (move) this.#emit('view-change', pannedView(view, move[0], move[1], this.base, pane));
    else if (event.key === '+' || event.key === '=') this.zoomBy(2);
    else if (event.key === '-') this.zoomBy(0.5);
    else if (event.key === '0') this.#emit('view-change', null);
    else return;
    event.preventDefault();
  }

  /** Returns whether the key was handled. */
  #onBoxKey(event: KeyboardEvent, view: ImageView, pane: Size, base: Size): boolean {
    const { box } = this;
    const stride = Math.max(1, Math.round(8 / view.zoom));
    const [dx, dy] = {
      ArrowLeft: [-stride, 0] as const,
      ArrowRight: [stride, 0] as const,
      ArrowUp: [0, -stride] as const,
      ArrowDown: [0, stride] as const,
    }[event.key] ?? [0, 0];
    if (event.key === 'Enter' && !box) this.#emit('box-change', boxInView(view, base, pane));
    else if (event.key === 'Escape' && box) this.#emit('box-change', null);
    else if (box && (dx !== 0 || dy !== 0)) {
      this.#emit('box-change', (event.shiftKey ? resizedBox : movedBox)(box, dx, dy, base));
    } else return false;
    return true;
  }

  #emit<Name extends 'view-change' | 'wipe-change' | 'box-change'>(
    name: Name,
    detail: HTMLElementEventMap[Name]['detail'],
  ): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}
