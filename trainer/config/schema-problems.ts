import { Ajv, type ErrorObject } from 'ajv';
import { isPlainObject } from '../guards/guards.ts';
import { allowed } from './allowed.ts';
import { didYouMean } from './closest.ts';
import { firstProblems, type Path, type Problem } from './problem.ts';
import { type SchemaNode, variantsOf } from './schema-node.ts';
import type { Source } from './source.ts';

const ajv = new Ajv({
  allErrors: true,
  useDefaults: true,
  verbose: true,
  strict: true,
  allowUnionTypes: true,
});
// Keywords for hovers, completion and the documentation. They do not affect validation.
ajv.addVocabulary([
  'unit',
  'enumDescriptions',
  'presets',
  'presetDescriptions',
  'patternErrorMessage',
  'originalValue',
  'paperValue',
  'cost',
  'pathTo',
  'commonKeys',
]);

/** Checks the data of a file and fills in all defaults: the config, or one problem for each wrong key. */
type SchemaCheck<T> = (source: Source) => { config: T } | { problems: Problem[] };

/** @param file what messages call the file: `the run file` */
export function createSchemaCheck<T>(schema: SchemaNode, file: string): SchemaCheck<T> {
  const isValid = ajv.compile<T>(schema);
  return (source) => {
    const data = withSwitches(source.data, schema);
    if (isValid(data)) return { config: data };
    const errors = new Map<string, ErrorObject>();
    for (const error of isValid.errors ?? []) {
      // Its `then` has errors of its own.
      if (error.keyword === 'if') continue;
      const place = JSON.stringify(placeOf(error, source.data));
      if (!errors.has(place)) errors.set(place, error);
    }
    return {
      problems: firstProblems([...errors.values()], (error) => schemaProblem(error, source, schema, file)),
    };
  };
}

/** Replaces `true` by an empty map in sections that it turns on with their defaults. */
function withSwitches(data: unknown, { properties = {} }: SchemaNode): unknown {
  if (!isPlainObject(data)) return data;
  const entries = Object.entries(data).map(([key, value]): [string, unknown] => {
    const node = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (!node) return [key, value];
    const types = [node.type].flat();
    const isSwitch = types.includes('object') && types.includes('boolean');
    return [key, isSwitch && value === true ? {} : withSwitches(value, node)];
  });
  return Object.fromEntries(entries);
}

function schemaProblem(error: ErrorObject, source: Source, schema: SchemaNode, file: string): Problem {
  const node: SchemaNode = error.parentSchema ?? {};
  const path = pathOf(error.instancePath, source.data);
  const name = subject(path, file);
  const at = placeOf(error, source.data);
  const problem = (code: string, message: string, { start, end } = source.rangeOf(at)): Problem => {
    return { code, severity: 'error', message, path: at, start, end };
  };
  const mustBe = (what: string) => `${name} must be ${what}, not ${found(error.data)}`;
  switch (error.keyword) {
    case 'additionalProperties':
      return problem('unknown-key', unknownKey(String(at.at(-1)), path, node, schema), source.rangeOfKey(at));
    case 'type':
      return problem(
        'type',
        `${mustBe(node.patternErrorMessage ?? allowed(node))}${inCollection(error.data, node)}`,
      );
    case 'enum': {
      const choices = (node.enum ?? []).map(String);
      return problem('choice', `${mustBe(allowed(node))}${didYouMean(String(error.data), choices)}`);
    }
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return problem('range', mustBe(node.patternErrorMessage ?? allowed(node)));
    case 'minItems':
    case 'maxItems': {
      const isFixed = node.minItems === node.maxItems;
      const bound =
        isFixed || error.keyword === 'minItems' ? allowed(node) : `a list of at most ${error.schema}`;
      return problem('length', `${name} must be ${bound}, but has ${count(error.data)}`);
    }
    case 'uniqueItems':
      return problem(
        'repeated',
        `${name} contains ${found(Object(error.data)[at.at(-1) ?? 0])} twice: remove one of them`,
      );
    case 'required':
      return problem('missing-key', `${name} lacks the key \`${error.params.missingProperty}\``);
    case 'minLength':
    case 'minProperties':
      return problem('empty', `${name} must not be empty`);
    case 'maxLength':
      return problem(
        'length',
        `${name} must have at most ${error.schema} characters, but has ${String(error.data).length}`,
      );
    case 'maxProperties': {
      const { length } = Object.keys(Object(error.data));
      return problem('length', `${name} must have at most ${error.schema} keys, but has ${length}`);
    }
    case 'pattern':
      return problem(
        'pattern',
        `${mustBe(node.patternErrorMessage ?? `text that matches ${error.schema}`)}${didYouMean(String(error.data), node.presets ?? [])}`,
      );
    default:
      return problem('schema', `${name} ${error.message ?? 'is not allowed'}`);
  }
}

/** The path of what is wrong: of a collection, the unknown key or the second of two equal items. */
function placeOf({ keyword, instancePath, params }: ErrorObject, data: unknown): Path {
  const path = pathOf(instancePath, data);
  if (keyword === 'additionalProperties') return [...path, String(params.additionalProperty)];
  return keyword === 'uniqueItems' ? [...path, Math.max(Number(params.i), Number(params.j))] : path;
}

/** Converts a JSON pointer to keys and indices. */
function pathOf(pointer: string, data: unknown): Path {
  const path: (string | number)[] = [];
  let value = data;
  for (const step of pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) {
      path.push(Number(key));
      value = value[Number(key)];
    } else {
      path.push(key);
      value = isPlainObject(value) ? value[key] : undefined;
    }
  }
  return path;
}

/**
 * A path as it is shown in messages: `` `training.g_sched_steps[1]` ``.
 *
 * @param file for the empty path
 */
export function subject(path: Path, file = 'the run file'): string {
  const name = path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text ? `${text}.${short(step)}` : short(step);
  }, '');
  return name ? `\`${name}\`` : file;
}

/** A text from a run file, short enough for a message. */
export function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function found(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(short(value));
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'empty';
  return typeof value === 'object' ? 'a map' : String(value);
}

function count(value: unknown): string {
  return Array.isArray(value) && value.length > 0 ? String(value.length) : 'none';
}

function unknownKey(key: string, path: Path, node: SchemaNode, { properties = {} }: SchemaNode): string {
  const where = path.length === 0 ? '' : ` in ${subject(path)}`;
  if (key === '<<') return `unknown key \`<<\`${where}: YAML 1.2 has no merge keys; write the keys out`;
  const known = Object.keys(node.properties ?? {});
  const otherType = keyOfOtherType(key, path, node, properties);
  if (otherType !== undefined) return otherType;
  const homes = Object.entries(properties).flatMap(([section, inner]) =>
    [inner, ...variantsOf(inner).map((variant) => variant.section)].some((each) => hasKey(each, key))
      ? [`\`${section}\``]
      : [],
  );
  if (path.length > 0 && Object.hasOwn(properties, key)) homes.unshift('the top level');
  const belongs = homes.length > 0 ? `; it belongs to ${homes.join(' or ')}` : '';
  const choices = node.patternErrorMessage ?? known.map((name) => `\`${name}\``).join(', ');
  const remedy = belongs || didYouMean(key, known) || `; allowed: ${choices}`;
  return `unknown key \`${short(key)}\`${where}${remedy}`;
}

/** Explains a key that its section has with another `type`; `undefined` if there is no such type. */
function keyOfOtherType(
  key: string,
  path: Path,
  node: SchemaNode,
  sections: Readonly<Record<string, SchemaNode>>,
): string | undefined {
  const section = path.reduce<SchemaNode | undefined>(
    (parent, step) => (typeof step === 'number' ? parent?.items : parent?.properties?.[step]),
    { properties: sections },
  );
  const variants = variantsOf(section ?? {});
  const own = variants.find(({ section }) => section === node);
  const others = variants.filter(({ section }) => hasKey(section, key)).map(({ type }) => `\`${type}\``);
  if (!own || others.length === 0) return undefined;
  const type = subject([...path, own.key]);
  return `\`${key}\` is a key of ${type} ${others.join(' and ')}, and here ${type} is \`${own.type}\`: change the ${own.key}, or remove \`${key}\``;
}

function hasKey({ properties = {} }: SchemaNode, key: string): boolean {
  return Object.hasOwn(properties, key);
}

/** The remedy for a single value in place of a list, or in place of a map with this `type`. */
function inCollection(value: unknown, node: SchemaNode): string {
  if (node.type === 'array' && typeof value === 'string') return `; write [${value}]`;
  return isTypeOf(node, value) ? `; write { type: ${value} }` : '';
}

/** Whether a value is the `type` of a map. */
export function isTypeOf({ properties = {} }: SchemaNode, value: unknown): boolean {
  return properties.type?.enum?.includes(value) ?? false;
}
