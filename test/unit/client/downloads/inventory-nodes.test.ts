import { expect, test } from 'vitest';
import { inventoryNodes } from '../../../../client/downloads/inventory-nodes.ts';
import type { InventoryItem } from '../../../../server/protocol/downloads.ts';

const here: InventoryItem = {
  kind: 'data',
  name: 'bsds500',
  present: true,
  description: '200 / 100 / 200 images',
  path: '/w/data/bsds500',
  canGet: true,
  scale: 4,
};
const missing = { ...here, name: 'div2k', present: false, description: '3.9 GB' };
const archived = { ...missing, name: 'set5', description: 'size not known', canGet: false };
const items = [here, missing, archived];

test('one folder is one list', () =>
  expect(
    inventoryNodes([{ folder: '/w', name: 'w', report: { items } }]).map(
      ({ icon, label, description, context }) => [icon, label, description, context],
    ),
  ).toEqual([
    ['check', 'bsds500', '200 / 100 / 200 images', 'item data present'],
    ['circle-slash', 'div2k', 'not downloaded · 3.9 GB', 'item data missing get'],
    ['circle-slash', 'set5', 'not downloaded · from archive', 'item data missing get'],
  ]));

test('several folders have an item each, and unique ids', () => {
  const nodes = inventoryNodes([
    { folder: '/a', name: 'a', report: { items } },
    { folder: '/b', name: 'b', report: { items } },
  ]);
  expect(nodes.map(({ label }) => label)).toEqual(['a', 'b']);
  const ids = nodes
    .flatMap(({ children }) => (typeof children === 'string' ? [] : children))
    .map(({ id }) => id);
  expect(new Set(ids).size).toBe(6);
});
