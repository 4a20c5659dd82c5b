/**
 * By partition of `shipments.arrivals`, the offset up to which arrivals are counted. A deal's deliveries come in the
 * order of those offsets, so one number a partition tells every repeat, however many shipments there are.
 */
export type Counted = Readonly<Record<string, number>>;

/** @param position `<partition>/<offset>`, as a delivery names where it comes from */
const read = (position: string): [partition: string, offset: number] => {
  const [partition, offset] = position.split('/') as [string, string];
  return [partition, Number(offset)];
};

/** Whether what comes from this position is counted. */
export const isCountedAt = (counted: Counted, position: string): boolean => {
  const [partition, offset] = read(position);
  return offset <= (counted[partition] ?? -1);
};

/** What is counted once that is which comes from this position. */
export const countedTo = (counted: Counted, position: string): Counted => {
  const [partition, offset] = read(position);
  return { ...counted, [partition]: offset };
};
