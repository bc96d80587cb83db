import { quoted } from '../errors/quoted.ts';
import type { Fail } from './file-bytes.ts';

/** The value of a layer's parameter. Floats are wrapped, because ncnn stores 1 and 1.0 differently. */
export type NcnnValue = number | { readonly float: number } | readonly number[];

/** A line of a `.param` file: a layer of the graph. */
export interface NcnnLayer {
  readonly type: string;
  readonly name: string;
  /** Names of the maps (blobs) that it reads. Every map has one reader. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** By ncnn's numbers, see docs/developer-guide/operators.md of https://github.com/Tencent/ncnn. */
  readonly params: ReadonlyMap<number, NcnnValue>;
}

const magic = '7767517';

/** The line of an array starts with this minus its number. */
const arrayKey = -23300;

/** Networks of 40 dense blocks have 2,000 layers. The limit is for files made to waste memory. */
const mostLayers = 100_000;

export function isNcnnParam(start: Uint8Array): boolean {
  return new TextDecoder().decode(start).startsWith(magic);
}

/**
 * Parses a `.param` file: the magic number, the counts of layers and maps, and a line for each layer
 * (docs/developer-guide/param-and-model-file-structure.md of ncnn).
 *
 * @throws what `fail` returns, with the line
 */
export function parseNcnnParam(text: string, fail: Fail): NcnnLayer[] {
  const lines = text.split('\n').map((line) => line.trim());
  if (lines[0] !== magic) throw fail(`its first line is ${quoted(lines[0])} instead of ${magic}`);
  const counts = (lines[1] ?? '').split(/\s+/).map(Number);
  const [count = Number.NaN] = counts;
  if (counts.length !== 2 || !counts.every(Number.isSafeInteger)) {
    throw fail(`its second line is ${quoted(lines[1])} instead of the counts of layers and maps`);
  }
  const numbered = lines.map((line, index) => ({ line, number: index + 1 })).slice(2);
  const written = numbered.filter(({ line }) => line !== '');
  if (written.length !== count || count > mostLayers) {
    throw fail(`its second line says that it has ${count} layers, but it has ${written.length}`);
  }
  const layers = written.map(({ line, number }) =>
    parseLayer(line, (what) => fail(`line ${number} ${what}`)),
  );
  const names = new Set<string>();
  for (const { name } of layers) {
    if (names.has(name)) throw fail(`two of its layers are named ${quoted(name)}`);
    names.add(name);
  }
  return layers;
}

function parseLayer(line: string, fail: Fail): NcnnLayer {
  const [type = '', name = '', inputCount, outputCount, ...rest] = line.split(/\s+/);
  const [reads, writes] = [Number(inputCount), Number(outputCount)];
  if (!(Number.isSafeInteger(reads) && Number.isSafeInteger(writes)) || reads < 0 || writes < 0) {
    throw fail(`(${quoted(line)}) has no type, name and counts of inputs and outputs`);
  }
  const params = new Map<number, NcnnValue>();
  const words = rest.slice(reads + writes);
  if (rest.length < reads + writes || rest.slice(0, reads + writes).some((word) => word.includes('='))) {
    throw fail(`(layer ${quoted(name)}) has fewer maps than its counts ${reads} and ${writes} say`);
  }
  for (const word of words) {
    const [key, value] = parseParam(word) ?? [];
    if (key === undefined || value === undefined) {
      throw fail(`(layer ${quoted(name)}) has ${quoted(word)} where a parameter such as 0=64 must be`);
    }
    params.set(key, value);
  }
  return { type, name, inputs: rest.slice(0, reads), outputs: rest.slice(reads, reads + writes), params };
}

/** Undefined if it is none. Arrays are `-23310=2,0.2,1.0` (with their length) or `10=0.2,1.0`. */
function parseParam(word: string): [key: number, value: NcnnValue] | undefined {
  const [, key, text] = /^(-?\d+)=(.+)$/.exec(word) ?? [];
  if (key === undefined || text === undefined) return undefined;
  const numbers = text.split(',').map(Number);
  if (numbers.some(Number.isNaN)) return undefined;
  if (Number(key) <= arrayKey) return [arrayKey - Number(key), numbers.slice(1)];
  if (numbers.length > 1) return [Number(key), numbers];
  const [number = 0] = numbers;
  return [Number(key), /[.e]/i.test(text) ? { float: number } : number];
}

export function formatNcnnParam(layers: readonly NcnnLayer[]): string {
  const maps = layers.reduce((sum, { outputs }) => sum + outputs.length, 0);
  const lines = layers.map(({ type, name, inputs, outputs, params }) =>
    [
      type.padEnd(16),
      name.padEnd(24),
      inputs.length,
      outputs.length,
      ...inputs,
      ...outputs,
      ...[...params].map(([key, value]) => paramText(key, value)),
    ].join(' '),
  );
  return `${[magic, `${layers.length} ${maps}`, ...lines].join('\n')}\n`;
}

function paramText(key: number, value: NcnnValue): string {
  if (typeof value === 'number') return `${key}=${value}`;
  if ('float' in value) return `${key}=${floatText(value.float)}`;
  return `${arrayKey - key}=${[value.length, ...value.map(floatText)].join(',')}`;
}

/** Seven digits, as many as a 32-bit float has. */
function floatText(value: number): string {
  return value.toExponential(6);
}

/** A parameter that is a number; `otherwise` where the line leaves it out. */
export function numberParam({ params }: NcnnLayer, key: number, otherwise = 0): number {
  const value = params.get(key);
  if (value === undefined) return otherwise;
  if (typeof value === 'number') return value;
  return 'float' in value ? value.float : (value[0] ?? otherwise);
}

/** A parameter that is a list of numbers; empty where the line leaves it out. */
export function listParam({ params }: NcnnLayer, key: number): readonly number[] {
  const value = params.get(key);
  if (value === undefined) return [];
  if (typeof value === 'number') return [value];
  return 'float' in value ? [value.float] : value;
}
