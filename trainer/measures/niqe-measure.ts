import { roundedStudioLuma } from '../metrics/luma.ts';
import { perceptualProtocols } from '../metrics/protocols.ts';
import { cropBorder } from '../metrics/samples.ts';
import { readNiqe } from '../weights/niqe-file.ts';
import { describeMeasure, fingerprint, type Measure } from './measure.ts';
import { niqe, niqeBlock } from './niqe.ts';

/**
 * NIQE as a measure. It looks at the upscaled image alone; one that is flat, of which NIQE is not defined, has no value.
 *
 * @param path file with the model of natural images, see `readNiqe`
 * @throws WorkbenchError `data` if the file does not contain it
 */
export function niqeMeasure(path: string): Measure {
  const parameters = readNiqe(path);
  const model = {
    mean: parameters.get('mu_pris_param')!.data,
    covariance: parameters.get('cov_pris_param')!.data,
  };
  const { name, description } = perceptualProtocols.niqe;
  const net = fingerprint(parameters);
  return {
    protocol: name,
    description: describeMeasure(description, net),
    net,
    metrics: ['niqe'],
    // Two blocks in each direction: of a single block there is no covariance.
    smallest: (crop) => 2 * niqeBlock + 2 * crop,
    async measure(sr, _hr, crop) {
      const cropped = cropBorder(sr.channels === 1 ? sr : roundedStudioLuma(sr), crop);
      const value = niqe(cropped, model);
      return value === undefined ? {} : { niqe: value };
    },
    close: async () => {},
  };
}
