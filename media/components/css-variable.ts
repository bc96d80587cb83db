import { noChange } from 'lit';
import { Directive, directive, type ElementPart, type PartInfo, PartType } from 'lit/directive.js';

class SetVariable extends Directive {
  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error('setVariable() must be used on an element.');
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
 * Sets a CSS variable on an element of a template: `<i ${setVariable('--fraction', '20%')}>`. Lit's `styleMap` writes a
 * style attribute, which the content security policy forbids.
 */
export const setVariable = directive(SetVariable);

/** The value of a CSS variable at an element, or `fallback` if it is not set. */
export function cssVariable(element: Element, name: string, fallback: string): string {
  return getComputedStyle(element).getPropertyValue(name).trim() || fallback;
}

/** Resolves a CSS color at an element for a canvas or an attribute: `var(--name, fallback)` becomes its value. */
export function cssColor(element: Element, color: string): string {
  const variable = /^var\((--[\w-]+)(?:,\s*(.+))?\)$/.exec(color);
  return variable ? cssVariable(element, variable[1]!, variable[2] ?? 'gray') : color;
}
