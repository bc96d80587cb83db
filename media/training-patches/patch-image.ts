import { css, html, LitElement } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';

declare global {
  interface HTMLElementTagNameMap {
    'patch-image': PatchImage;
  }
}

/** A PNG image, given as base64, with its pixels as squares. */
@customElement('patch-image')
export class PatchImage extends LitElement {
  static override styles = css`
    :host { display: block; line-height: 0; }
    canvas { image-rendering: pixelated; }
  `;

  @property({ attribute: false }) png = '';
  /** What a screen reader says. */
  @property({ attribute: false }) label = '';
  /** In CSS pixels. */
  @property({ attribute: false }) width = 0;
  @property({ attribute: false }) height = 0;
  @query('canvas') private canvas!: HTMLCanvasElement;

  override render() {
    return html`<canvas role="img" aria-label=${this.label}></canvas>`;
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    this.canvas.style.width = `${this.width}px`;
    this.canvas.style.height = `${this.height}px`;
    if (changed.has('png')) void this.#draw(this.png);
  }

  async #draw(png: string): Promise<void> {
    const bytes = Uint8Array.from(atob(png), (character) => character.charCodeAt(0));
    // The policy of the page forbids images from data URIs.
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }), {
      colorSpaceConversion: 'none',
    });
    if (png === this.png) {
      const { canvas } = this;
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
      canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
    }
    bitmap.close();
  }
}
