type Fields = Readonly<Record<string, unknown>>;

/** The update operators that turn one stored state into the next. */
export interface Delta {
  $set: Record<string, unknown>;
  $unset?: Record<string, ''>;
  $push?: Record<string, { $each: unknown[] }>;
}

const hasGrown = (before: unknown, after: unknown): before is unknown[] =>
  Array.isArray(before) &&
  Array.isArray(after) &&
  before.length > 0 &&
  after.length > before.length &&
  before.every((item, index) => after[index] === item);

/**
 * What has changed between two states, by top-level field. Folds share what they do not change, so that `===` tells;
 * a list that was only appended to is pushed to, which keeps a long one off the wire and out of the oplog. Pure.
 */
export function delta(before: Fields, after: Fields): Delta {
  const set: Record<string, unknown> = {};
  const push: Record<string, { $each: unknown[] }> = {};
  const unset: Record<string, ''> = {};
  for (const field of Object.keys(after)) {
    const was = before[field];
    const is = after[field];
    if (is === was) continue;
    if (is === undefined) unset[field] = '';
    else if (hasGrown(was, is)) push[field] = { $each: (is as unknown[]).slice(was.length) };
    else set[field] = is;
  }
  for (const field of Object.keys(before)) if (!(field in after)) unset[field] = '';
  return {
    $set: set,
    ...(Object.keys(unset).length > 0 && { $unset: unset }),
    ...(Object.keys(push).length > 0 && { $push: push }),
  };
}
