import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../../trainer/data/random.ts';
import { createOnnxEngine } from '../../../../trainer/engine/onnx-engine.ts';
import { initialCompact } from '../../../../trainer/models/compact/initial.ts';
import { generator } from '../../../../trainer/models/generators.ts';
import { rank4 } from '../../../../trainer/models/rank4.ts';

const engine = createOnnxEngine({ name: 'cpu', device: 'CPU' });
const side = 48;

const rootMeanSquare = (values: Float32Array) =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

describe('initial weights', () => {
  test.each([
    { num_conv: 2, act: 'prelu' },
    { num_conv: 16, act: 'prelu' },
    { num_conv: 32, act: 'prelu' },
    { num_conv: 16, act: 'relu' },
    { num_conv: 16, act: 'leakyrelu' },
  ] as const)(
    'a compact network of $num_conv convolutions with $act adds a little of its image',
    async (sizes) => {
      const options = { type: 'compact', img_channels: 3, scale_factor: 1, num_feat: 32, ...sizes } as const;
      const random = createRandom(1);
      const program = await engine.freeze(
        (inputs, parameters) => ({ outputs: { sr: generator(options, parameters, rank4(inputs.lr!)) } }),
        { lr: [1, side, side, 3] },
        initialCompact(options, random),
      );
      const added = async () => {
        const lr = Float32Array.from({ length: side * side * 3 }, () => random.next());
        const { sr } = await program.run({ lr });
        return sr!.map((value, i) => value - lr[i]!);
      };
      const [first, second] = [await added(), await added()];
      await program.close();
      const difference = rootMeanSquare(first.map((value, i) => value - second[i]!));
      // The difference of the images themselves is 1 / sqrt(6) = 0.41.
      expect(difference).toBeGreaterThan(0.01);
      expect(difference).toBeLessThan(0.1);
    },
  );
});
