import { addDataset } from './add-dataset.ts';
import { addSplit } from './add-split.ts';
import { changeLayer } from './change-layer.ts';
import { changeType } from './change-type.ts';
import { convertValue } from './convert-value.ts';
import type { QuickFix } from './fix.ts';
import { indentWithSpaces } from './indent-with-spaces.ts';
import { insertSpace } from './insert-space.ts';
import { intoRange } from './into-range.ts';
import { largerPatch } from './larger-patch.ts';
import { measureMetric } from './measure-metric.ts';
import { moveKey } from './move-key.ts';
import { nearestChoice } from './nearest-choice.ts';
import { nearestDataset } from './nearest-dataset.ts';
import { removeDuplicate } from './remove-duplicate.ts';
import { removeEntry } from './remove-entry.ts';
import { removeKeysOfOtherTypes } from './remove-keys-of-other-types.ts';
import { removeNull } from './remove-null.ts';
import { renameKey } from './rename-key.ts';
import { repeatValue } from './repeat-value.ts';
import { roundToScale } from './round-to-scale.ts';
import { sortMilestones } from './sort-milestones.ts';
import { swapQuality } from './swap-quality.ts';

/** All quick fixes. Those for the same problem are offered in this order. */
export const quickFixes: readonly QuickFix[] = [
  insertSpace,
  indentWithSpaces,
  removeDuplicate,
  moveKey,
  renameKey,
  changeType,
  removeKeysOfOtherTypes,
  changeLayer,
  nearestChoice,
  nearestDataset,
  addDataset,
  addSplit,
  sortMilestones,
  removeNull,
  convertValue,
  intoRange,
  repeatValue,
  roundToScale,
  largerPatch,
  swapQuality,
  measureMetric,
  removeEntry,
];
