import { allowed, type Path, type SchemaNode, subject } from '../../trainer/config/index.ts';
import { vggConvolutions } from '../../trainer/models/vgg/shapes.ts';
import { inlineText } from './literal.ts';

/** The description of a key for hovers and completion, in Markdown. */
export function describeKey(path: Path, node: SchemaNode): string {
  return [
    `${subject(path)}: ${allowed(node)}${node.unit === undefined ? '' : ` (${node.unit})`}`,
    node.description,
    choices(node),
    values(node),
    node.cost && `**Cost.** ${node.cost}`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

function choices(node: SchemaNode): string | undefined {
  const values = node.enum ?? node.presets ?? [];
  const descriptions = node.enumDescriptions ?? node.presetDescriptions;
  return descriptions?.map((text, i) => `- \`${String(values[i])}\`: ${text}`).join('\n');
}

function values({ default: byDefault, originalValue, paperValue }: SchemaNode): string {
  const known: [string, unknown][] = [
    ['Default', isEmptyMap(byDefault) ? undefined : byDefault],
    ['Original', originalValue],
    ['Paper', paperValue],
  ];
  return known
    .flatMap(([label, value]) => (value === undefined ? [] : `${label} \`${inlineText(value)}\``))
    .join(' · ');
}

function isEmptyMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** The description of a VGG layer, in Markdown; `undefined` if there is no such layer. */
export function describeLayer(layer: string): string | undefined {
  const all = vggConvolutions('vgg19');
  const found = all.find((convolution) => convolution.layer === layer);
  if (!found) return undefined;
  const shrunk = 2 ** all.slice(0, all.indexOf(found) + 1).filter(({ isPooled }) => isPooled).length;
  const size = shrunk === 1 ? 'at the size of the image' : `at 1/${shrunk} of the image's width and height`;
  return `${found.outputs} feature maps ${size}, before the activation.`;
}
