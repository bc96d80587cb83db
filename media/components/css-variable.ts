import { noChange } from 'lit';
import { Directive, directive, type ElementPart, type PartInfo, PartType } from 'lit/directive.js';

class SetVariable extends Directive {
  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error('A CSS variable is set on an element.');
  }

  render(_name: string, _value: string) {
    return noChange;
  }

  override update({ element }: ElementPart, [name, value]: [string, string]) {
    if (element instanceof HTMLElement) element.style.setProperty(name, value);
    return noChange;
  }
}

/**
 * Sets a CSS variable of an element of a template: `<i ${setVariable('--share', '20%')}>`. A style attribute, as
 * Lit's own directive makes it, would be refused by the content security policy.
 */
export const setVariable = directive(SetVariable);

/** The value of a CSS variable where `element` stands, or `fallback` where it has none. */
export function cssVariable(element: Element, name: string, fallback: string): string {
  return getComputedStyle(element).getPropertyValue(name).trim() || fallback;
}

/** A CSS color as a canvas or an attribute takes it: of a variable, `var(--name, fallback)`, its value. */
export function cssColor(element: Element, color: string): string {
  const variable = /^var\((--[\w-]+)(?:,\s*(.+))?\)$/.exec(color);
  return variable ? cssVariable(element, variable[1]!, variable[2] ?? 'gray') : color;
}
