import { Document, visit } from 'yaml';
import type { Dataset, ResolvedConfig } from './resolved.ts';

/** Writes a resolved config as a run file that resolves to the same config in any folder. */
export function serializeResolved(config: ResolvedConfig): string {
  const datasets = Object.entries(config.datasets).map(([name, dataset]) => [name, settingsOf(dataset)]);
  const document = new Document({ ...config, datasets: Object.fromEntries(datasets) });
  document.commentBefore = ' The run as resolved at its start: all defaults filled in, all paths absolute.';
  visit(document, {
    Seq(_, list) {
      list.flow = true;
    },
  });
  return document.toString({ lineWidth: 0 });
}

function settingsOf({ train, val }: Dataset) {
  const source = train ?? val;
  return {
    hr: { ...(train && { train: train.hr }), ...(val && { val: val.hr }) },
    ...((train?.lr ?? val?.lr) !== undefined && {
      lr: {
        ...(train?.lr !== undefined && { train: train.lr }),
        ...(val?.lr !== undefined && { val: val.lr }),
      },
    }),
    ...(source && { downscale: source.downscale }),
  };
}
