import { lastLayerInBlock } from '../../../trainer/models/vgg/shapes.ts';
import { vggTypeOf } from '../datasets.ts';
import { replaceKey } from './edits.ts';
import type { QuickFix } from './fix.ts';

/** Changes a layer that the VGG network lacks to the last layer of the same block. */
export const changeLayer: QuickFix = {
  codes: ['unknown-layer'],
  fixes(document, problem) {
    const last = lastLayerInBlock(vggTypeOf(document, problem.path), String(problem.path.at(-1)));
    if (last === undefined) return [];
    const adds = [...problem.path.slice(0, -1), last];
    return document.nodeAt(adds) ? [] : [{ ...replaceKey(document, problem, last), adds }];
  },
};
