import { Document, isMap, visit } from 'yaml';
import { withoutPlaceholder } from './placeholder.ts';
import type { Dataset, ResolvedConfig } from './resolved.ts';

/** Writes a resolved config as a run file that resolves to the same config in any folder. */
export function serializeResolved(config: ResolvedConfig): string {
  const datasets = Object.entries(config.datasets).map(([name, dataset]) => [name, settingsOf(dataset)]);
  const document = new Document({ ...config, datasets: Object.fromEntries(datasets) });
  document.commentBefore = ' The run as resolved at its start: all defaults filled in, all paths absolute.';
  visit(document, {
    Seq(_, list) {
      if (!list.items.some(isMap)) list.flow = true;
    },
  });
  return document.toString({ lineWidth: 0 });
}

function settingsOf({ train, val }: Dataset) {
  const source = train ?? val;
  const of = (key: 'hr' | 'lr') =>
    Object.fromEntries(
      Object.entries({ train: train?.[key], val: val?.[key] }).flatMap(([split, path]) =>
        path === undefined ? [] : [[split, withoutPlaceholder(path)]],
      ),
    );
  const lr = of('lr');
  return {
    hr: of('hr'),
    ...(Object.keys(lr).length > 0 && { lr }),
    ...(source && { downscale: source.downscale }),
    ...(train?.weight !== undefined && { weight: train.weight }),
  };
}
