export { aliasTargets, withoutAlias } from './aliases.ts';
export { allowed } from './allowed.ts';
export { closest } from './closest.ts';
export { absolutePath, predefinedDatasets } from './datasets.ts';
export { folderName, isPortableName } from './folder-name.ts';
export type { DatasetFiles, ImageList } from './image-problems.ts';
export { initFile, isStrictInit } from './initial-weights.ts';
export {
  learningRateAt,
  type NetworkOptimization,
  type Optimized,
  optimizationOf,
  type Schedule,
} from './learning-rate.ts';
export {
  assertHasStages,
  configError,
  configForStage,
  formatProblem,
  readRunFileContent,
  readRunFileText,
  tryReadConfig,
  tryReadTrainedConfig,
} from './load-run-file.ts';
export { type LossSettings, type LossWeights, lossWeights } from './losses.ts';
export { isListed, type ListedPairs, listedPairs, parseMetaInfo } from './meta-info.ts';
export { type OptimizerSettings, tensorsPerParameter } from './optimizer-settings.ts';
export { pairImages } from './pairs.ts';
export type { Tree } from './parse.ts';
export { maximumRunFileBytes, parse, parseTree, syntaxProblems } from './parse.ts';
export { replacePlaceholder, withoutPlaceholder } from './placeholder.ts';
export { plainData } from './plain-data.ts';
export { type PlannedRun, plannedRunFile } from './planned-run-file.ts';
export { isPretrainingOnly } from './pretraining-only.ts';
export type { Path, Position, Problem, Range } from './problem.ts';
export { problemsForStage } from './problem.ts';
export { readRunFile } from './read-run-file.ts';
export type {
  Augmentation,
  ImageSource,
  ResolvedConfig,
} from './resolved.ts';
export { imageSources, startsFromPretraining } from './resolved.ts';
export { type SchemaNode, sectionWithKeys, variantsOf } from './schema-node.ts';
export { createSchemaCheck, isTypeOf, subject } from './schema-problems.ts';
export { serializeResolved } from './serialize.ts';
export { child, entriesByName, keyName, type Source } from './source.ts';
export { type ConfigChange, describeChange, stageChanges } from './stage-changes.ts';
export { patchesPerEpoch, patchesPerStep, stepsPerEpoch, totalSteps, updatesInHalves } from './steps.ts';
export {
  hasTimeFor,
  type Measured,
  type Plan,
  planFor,
  type Recipe,
  recipes,
  stageSeconds,
} from './time-budget.ts';
export {
  defaultWeightsFile,
  isWeightsName,
  metricWeights,
  type WeightsName,
  weightsNames,
} from './weight-files.ts';
