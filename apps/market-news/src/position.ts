/** Where a list of news, latest first, goes on: behind the item of this moment and id. */
export interface Position {
  readonly at: Date;
  readonly id: string;
}

export const LATEST_FIRST = { at: -1 } as const;

export const positionText = ({ at, id }: Position): string => `${at.toISOString()} ${id}`;

/** @returns undefined for what no list has given. */
export function readPosition(text: string): Position | undefined {
  const [, moment, id] = /^(\d{4}-\d{2}-\d{2}T[\d:.]{12}Z) (\S{1,200})$/.exec(text) ?? [];
  const at = new Date(moment ?? NaN);
  return id === undefined || Number.isNaN(at.getTime()) ? undefined : { at, id };
}

/** The condition of what comes behind a position, in a list whose ids are in the field `id`. */
export const behind = ({ at, id }: Position, field: string): { $or: object[] } => ({
  $or: [{ at: { $lt: at } }, { at, [field]: { $lt: id } }],
});
