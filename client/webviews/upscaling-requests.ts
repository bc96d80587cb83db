import type { WebviewRequests } from '../../server/protocol/webview.ts';
import { record, text } from './parse.ts';

type Name = 'esrgan/weights' | 'esrgan/tensorValues' | 'host/drawableImage';
type Parsed = {
  [Each in Name]: { readonly name: Each; readonly params: WebviewRequests[Each]['params'] };
}[Name];

const file = record<{ file: string }>({ file: text });
const image = record<{ path: string }>({ path: text });

/** A request of the pages about images and weights, or undefined where it is none or of another form. */
export function parseUpscalingRequest(name: unknown, given: unknown): Parsed | undefined {
  switch (name) {
    case 'esrgan/weights':
    case 'esrgan/tensorValues': {
      const params = file(given);
      return params && { name, params };
    }
    case 'host/drawableImage': {
      const params = image(given);
      return params && { name, params };
    }
    default:
      return undefined;
  }
}
