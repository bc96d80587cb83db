import type { Metadata, TensorMap } from '../tensor-files/tensors.ts';

/** Layouts of an architecture whose tensors have the same names in all programs. */
export function oneLayout(architecture: string) {
  return {
    layouts: ['basicsr'] as const,
    obstacle: (layout: string) =>
      layout === 'basicsr' ? undefined : `its program has no ${architecture} networks`,
    arrange: (_layout: string, _options: object, parameters: TensorMap, metadata: Metadata) => ({
      tensors: parameters,
      pth: { wrapper: 'params', beside: metadata },
    }),
  };
}
