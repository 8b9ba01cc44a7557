/** The item at an index, starting over after the last. @throws RangeError if there are no items. */
export function cyclic<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length];
  if (item === undefined) {
    throw new RangeError('There are no items to choose from');
  }
  return item;
}
