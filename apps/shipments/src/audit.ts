/**
 * What came late, and what it changed: told from the timeline, by folding it once more in the order in which it was
 * learnt of. Pure.
 */
import { Described, ManyOf } from '#service/view-fields.js';
import { Id, Nested, OneOf, Optional, Text, Timestamp } from '#contracts/fields.js';
import { EventRetracted, type ShipmentStatus, STATUSES } from '#contracts/shipments.js';
import { type Accepted, inOrderOfHappening, type Shipment, take, UNKNOWN } from './shipment.js';

/** Where a shipment stands, in short. */
class Standing {
  @OneOf(STATUSES) readonly status!: ShipmentStatus;
  @Optional() @Timestamp() readonly statusAt?: string;
  @Optional() @Timestamp() readonly eta?: string;
  /** Of the arrival, or of the last part of it that has come. */
  @Optional() @Timestamp() readonly arrivedAt?: string;
}

/** An event that came behind what had happened after it, or took an earlier one back. */
class LateEvent {
  @Text(1024) readonly source!: string;
  @Text(1024) readonly id!: string;
  @Text(1024) readonly type!: string;
  @Timestamp() readonly happenedAt!: string;
  @Timestamp() readonly receivedAt!: string;
  @Described({ type: 'integer', description: 'from when it happened to when we learnt of it' })
  readonly lateBySeconds!: number;
  @Nested(() => Standing) readonly before!: Standing;
  @Nested(() => Standing) readonly after!: Standing;
}

export class AuditView {
  @Id() readonly id!: string;
  /** In the order in which they were learnt of. */
  @ManyOf(() => LateEvent) readonly late!: readonly LateEvent[];
}

/** The audit, one event a step: each retraction folds all that was heard before it, so that many take long. */
export function* auditing(id: string, history: readonly Accepted[]): Generator<undefined, AuditView> {
  const happenedAt = new Map(inOrderOfHappening(history).map((one) => [one.event, one.happenedAt]));
  const asLearnt = history.toSorted((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime());
  const heard: Accepted[] = [];
  const late: LateEvent[] = [];
  let shipment = UNKNOWN;
  let latest = -Infinity;
  for (const { event, receivedAt } of asLearnt) {
    const before = shipment;
    const moment = happenedAt.get(event)!;
    const isRetraction = event.type === EventRetracted.type;
    shipment = take(before, event, receivedAt, heard);
    heard.push({ event, receivedAt });
    if (isRetraction || moment.getTime() < latest) {
      late.push({
        source: event.source,
        id: event.id,
        type: event.type,
        happenedAt: moment.toISOString(),
        receivedAt: receivedAt.toISOString(),
        lateBySeconds: Math.round((receivedAt.getTime() - moment.getTime()) / 1000),
        before: standingOf(before),
        after: standingOf(shipment),
      });
    }
    if (!isRetraction) latest = Math.max(latest, moment.getTime());
    yield;
  }
  return { id, late };
}

export function auditOf(id: string, history: readonly Accepted[]): AuditView {
  const steps = auditing(id, history);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

const standingOf = ({ status, statusAt, eta, arrival }: Shipment): Standing => ({
  status,
  ...(statusAt !== undefined && { statusAt }),
  ...(eta !== undefined && { eta }),
  ...(arrival && { arrivedAt: arrival.at }),
});
