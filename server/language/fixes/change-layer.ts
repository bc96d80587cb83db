import { vggConvolutions } from '../../../trainer/models/vgg/shapes.ts';
import { vggTypeOf } from '../datasets.ts';
import { replaceKey } from './edits.ts';
import type { QuickFix } from './fix.ts';

/** Changes a layer that the VGG network lacks to the last layer of the same block. */
export const changeLayer: QuickFix = {
  codes: ['unknown-layer'],
  fixes(document, problem) {
    const block = String(problem.path.at(-1)).split('_')[0];
    const layers = vggConvolutions(vggTypeOf(document)).map(({ layer }) => layer);
    const last = layers.findLast((layer) => layer.startsWith(`${block}_`));
    if (last === undefined || document.nodeAt([...problem.path.slice(0, -1), last])) return [];
    return [replaceKey(document, problem, last)];
  },
};
