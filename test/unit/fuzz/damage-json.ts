import type { Random } from '../../../trainer/data/random.ts';
import { awkwardNumbers, oneOf } from './damage.ts';

/** A JSON text whose values, keys and types are wrong in a few places. */
export function damageJson(text: string, random: Random): string {
  let value: unknown = JSON.parse(text);
  for (let changes = 1 + random.integer(3); changes > 0; changes--) value = changed(value, random);
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? Number(each) : each));
}

function changed(value: unknown, random: Random): unknown {
  if (Array.isArray(value) && value.length > 0 && random.chance(0.8)) {
    const list: unknown[] = [...value];
    const at = random.integer(list.length);
    const change = oneOf(['deeper', 'leave out', 'repeat'] as const, random);
    if (change === 'leave out') list.splice(at, 1);
    else if (change === 'repeat') list.splice(at, 0, list[at]);
    else list[at] = changed(list[at], random);
    return list;
  }
  if (typeof value === 'object' && value !== null && random.chance(0.9)) {
    const entries: [string, unknown][] = Object.entries(value);
    if (entries.length === 0) return scrap(random);
    const at = random.integer(entries.length);
    const [key, inner] = entries[at]!;
    const change = oneOf(['deeper', 'deeper', 'deeper', 'leave out', 'rename', 'copy'] as const, random);
    if (change === 'leave out') entries.splice(at, 1);
    else if (change === 'rename') entries[at] = [awkwardKey(key, random), inner];
    else if (change === 'copy') entries.push([awkwardKey(key, random), inner]);
    else entries[at] = [key, changed(inner, random)];
    return Object.fromEntries(entries);
  }
  return typeof value === 'number' && random.chance(0.5) ? oneOf(awkwardNumbers, random) : scrap(random);
}

function awkwardKey(key: string, random: Random): string {
  return oneOf(
    ['', '__proto__', 'constructor', 'toString', '__metadata__', key.repeat(40), `${key}\n`],
    random,
  );
}

function scrap(random: Random): unknown {
  return oneOf(
    [null, true, '', 'F32', 'F16', 'I64', [], {}, 0, -1, 0.5, 1e308, [[[]]], { a: {} }, 'x'.repeat(5000)],
    random,
  );
}
