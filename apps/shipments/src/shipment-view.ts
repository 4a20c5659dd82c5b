/** A shipment as it is shown over HTTP. */
import { IsBoolean } from 'class-validator';
import { Containers, Extensions, Id, Nested, OneOf, Optional, Text, Timestamp } from '#contracts/fields.js';
import { Warning, warningsOf } from '#contracts/identifiers.js';
import {
  type Classifier,
  CLASSIFIERS,
  EXCEPTION_TYPES,
  type ExceptionType,
  type Milestone,
  MilestoneReported,
  MILESTONES,
  SEVERITIES,
  type Severity,
  SHIPMENT_EVENTS,
  type ShipmentStatus,
  STATUSES,
} from '#contracts/shipments.js';
import { CargoLot, DatedReference, INCOTERMS, Party, Place, Transport } from '#contracts/trade.js';
import { AnyOf, Count, Described, ManyOf } from '#service/view-fields.js';
import { containersOf } from './arrival.js';
import { DemurrageView, demurrageOf, WeighingView, weightsOf } from './containers-and-weights.js';
import { expectationsOf } from './expectations.js';
import { ParcelView, parcelsOf } from './parcels.js';
import {
  againstPlan,
  EtaView,
  etaHistoryOf,
  ExpectationView,
  ItineraryView,
  itineraryOf,
  passedIn,
  PunctualityView,
  punctualityOf,
  StayView,
  staysOf,
} from './progress.js';
import { type Accepted, inOrderOfHappening, type Shipment } from './shipment.js';
import { ConditionView, conditionsOf, SealsView, sealsOf } from './seals-and-conditions.js';
import { fatesIn, keyOf } from './standing.js';

interface Identified {
  readonly _id: string;
  readonly updatedAt?: Date;
}

/** How many containers have arrived, of how many that the registration names. */
class PartsArrived {
  @Count() readonly arrived!: number;
  @Count() readonly of!: number;
}

export class ShipmentSummary {
  @Id() readonly id!: string;
  /** `announced`: heard of before it was registered. Then the last milestone passed, or `partly-arrived`, or how it ended. */
  @OneOf(STATUSES) readonly status!: ShipmentStatus;
  @Optional() @Timestamp() readonly statusAt?: string;
  @Optional() @Id() readonly dealId?: string;
  @Optional() @Nested(() => Place) readonly origin?: Place;
  @Optional() @Nested(() => Place) readonly destination?: Place;
  @Optional() @Timestamp() readonly deadline?: string;
  /** Where it was last known to be. */
  @Optional() @Nested(() => Place) readonly position?: Place;
  @Optional() @Timestamp() readonly eta?: string;
  /** When it had arrived whole. */
  @Optional() @Timestamp() readonly arrivedAt?: string;
  /** How much of it has arrived, while the rest has not. */
  @Optional() @Nested(() => PartsArrived) readonly partsArrived?: PartsArrived;
  @ManyOf(() => CargoLot) readonly cargo!: readonly CargoLot[];
  /** What is wrong with it and not acknowledged. */
  @Described({ type: 'array', items: { type: 'string', enum: [...EXCEPTION_TYPES] } })
  readonly openExceptions!: readonly ExceptionType[];
  /** When we last learnt something of it; absent of a past moment. */
  @Optional() @Timestamp() readonly updatedAt?: string;
}

/** A milestone as it is last known at one place, and the event that says so. */
export class MilestoneView {
  @OneOf(MILESTONES) readonly milestone!: Milestone;
  @OneOf(CLASSIFIERS, 'planned, estimated or actual: PLN, EST or ACT') readonly classifier!: Classifier;
  @Timestamp() readonly at!: string;
  @Optional() @Nested(() => Place) readonly place?: Place;
  @Optional() @Nested(() => Transport) readonly transport?: Transport;
  /** When it was planned to be passed there, by a milestone or else by the itinerary; of one that was passed. */
  @Optional() @Timestamp() readonly planned?: string;
  @Optional()
  @Described({ type: 'integer', description: 'behind the plan; below zero where it was before' })
  readonly minutesLate?: number;
  /** Those that passed it, where it was not the whole shipment. */
  @Optional() @Containers(500) readonly containers?: readonly string[];
  @Text(1024) readonly source!: string;
  @Text(1024) readonly id!: string;
}

class AcknowledgedView {
  @Timestamp() readonly at!: string;
  @Text(2000) readonly reason!: string;
  @Text(200) readonly by!: string;
}

/** What is wrong, and the event that shows it. */
class ExceptionView {
  @OneOf(EXCEPTION_TYPES) readonly type!: ExceptionType;
  @OneOf(SEVERITIES) readonly severity!: Severity;
  @Timestamp() readonly since!: string;
  @Text(1000) readonly detail!: string;
  @Text(1024) readonly source!: string;
  @Text(1024) readonly id!: string;
  /** Where an operator has seen it and said why nothing more is to be done. */
  @Optional() @Nested(() => AcknowledgedView) readonly acknowledged?: AcknowledgedView;
}

export class ShipmentView extends ShipmentSummary {
  @ManyOf(() => Party) readonly parties!: readonly Party[];
  @Optional() @OneOf(INCOTERMS) readonly incoterm?: (typeof INCOTERMS)[number];
  /** By what it is named to those who do not know our id of it, its containers among them. */
  @ManyOf(() => DatedReference) readonly references!: readonly DatedReference[];
  @ManyOf(() => MilestoneView) readonly milestones!: readonly MilestoneView[];
  /** Each time that the arrival was estimated or planned anew, the latest last; `eta` is an estimate where there is one. */
  @ManyOf(() => EtaView) readonly etaHistory!: readonly EtaView[];
  /** How the arrival compares with what was first said of it; absent until it has arrived. */
  @Optional() @Nested(() => PunctualityView) readonly punctuality?: PunctualityView;
  @Optional() @Nested(() => ItineraryView) readonly itinerary?: ItineraryView;
  /** What is expected of it, the next first. */
  @ManyOf(() => ExpectationView) readonly expected!: readonly ExpectationView[];
  /** How long it was at each place, and is. */
  @ManyOf(() => StayView) readonly stays!: readonly StayView[];
  /** What was weighed, at each point, in the order of happening. */
  @ManyOf(() => WeighingView) readonly weights!: readonly WeighingView[];
  /** Which seals were seen, in the order in which they first were. */
  @ManyOf(() => SealsView) readonly seals!: readonly SealsView[];
  /** What sensors read, at the lowest and the highest. */
  @ManyOf(() => ConditionView) readonly conditions!: readonly ConditionView[];
  /** Each lot by itself: its containers, what they passed last, their seals, and whether customs hold them. */
  @ManyOf(() => ParcelView) readonly parcels!: readonly ParcelView[];
  @ManyOf(() => DemurrageView) readonly demurrage!: readonly DemurrageView[];
  /** What is wrong with it. */
  @ManyOf(() => ExceptionView) readonly exceptions!: readonly ExceptionView[];
  @Optional() @Extensions() readonly extensions?: Readonly<Record<string, unknown>>;
}

export class TimelineEvent {
  @Text(1024) readonly id!: string;
  @Text(1024) readonly source!: string;
  @OneOf(SHIPMENT_EVENTS.map(({ type }) => type)) readonly type!: (typeof SHIPMENT_EVENTS)[number]['type'];
  /** As its sender wrote it, offset and all; absent where it was not given. */
  @Optional() @Timestamp() readonly time?: string;
  /** The instant by which it takes its place among the others. */
  @Timestamp() readonly happenedAt!: string;
  @Timestamp() readonly receivedAt!: string;
  @IsBoolean() readonly retracted!: boolean;
  /** Said anew since: another event of its source stands in its place. */
  @IsBoolean() readonly revised!: boolean;
  @AnyOf(SHIPMENT_EVENTS) readonly data!: InstanceType<(typeof SHIPMENT_EVENTS)[number]>;
  /** What is questionable in the data; absent where nothing is. */
  @Optional() @ManyOf(() => Warning) readonly warnings?: readonly Warning[];
}

export class TimelineView {
  @Id() readonly id!: string;
  @ManyOf(() => TimelineEvent) readonly events!: readonly TimelineEvent[];
}

export function summaryOf(shipment: Shipment & Identified): ShipmentSummary {
  const data = shipment.registration?.data;
  return {
    id: shipment._id,
    status: shipment.status,
    ...(shipment.statusAt !== undefined && { statusAt: shipment.statusAt }),
    ...(data?.dealId !== undefined && { dealId: data.dealId }),
    ...(data && { origin: data.route.origin, destination: data.route.destination }),
    ...(data?.route.deadline !== undefined && { deadline: data.route.deadline }),
    ...(shipment.position && { position: shipment.position }),
    ...(shipment.eta !== undefined && { eta: shipment.eta }),
    ...arrivedOf(shipment),
    cargo: data?.cargo ?? [],
    openExceptions: openIn(shipment),
    ...(shipment.updatedAt && { updatedAt: shipment.updatedAt.toISOString() }),
  };
}

const openIn = ({ exceptions = [] }: Shipment): ExceptionType[] =>
  exceptions.flatMap(({ type, acknowledged }) => (acknowledged ? [] : [type]));

const arrivedOf = ({
  registration,
  arrival,
}: Shipment): Pick<ShipmentSummary, 'arrivedAt' | 'partsArrived'> => {
  if (!registration || !arrival) return {};
  if (!arrival.containers) return { arrivedAt: arrival.at };
  return { partsArrived: { arrived: arrival.containers.length, of: containersOf(registration).size } };
};

/** @param now of the clocks that still run */
export function shipmentOf(
  shipment: Shipment & Identified,
  history: readonly Accepted[],
  now: Date,
): ShipmentView {
  const data = shipment.registration?.data;
  const told = passedIn(shipment, history);
  const etaHistory = etaHistoryOf(shipment, history);
  const punctuality = punctualityOf(shipment, etaHistory);
  const itinerary = itineraryOf(shipment);
  return {
    ...summaryOf(shipment),
    parties: data?.parties ?? [],
    ...(data?.incoterm !== undefined && { incoterm: data.incoterm }),
    references: shipment.references ?? [],
    milestones: milestonesOf(shipment, history),
    etaHistory,
    ...(punctuality && { punctuality }),
    ...(itinerary && { itinerary }),
    expected: expectationsOf(shipment),
    stays: staysOf(told),
    weights: weightsOf(told),
    seals: sealsOf(shipment),
    conditions: conditionsOf(shipment),
    parcels: parcelsOf(shipment, history),
    demurrage: demurrageOf(shipment, told, now),
    exceptions: shipment.exceptions ?? [],
    ...(data?.extensions && { extensions: data.extensions }),
  };
}

function milestonesOf(shipment: Shipment, history: readonly Accepted[]): MilestoneView[] {
  const events = new Map(history.map(({ event }) => [keyOf(event), event]));
  return shipment.milestones.map((claim) => {
    const { happenedAt: _, parts: __, vesselImo: ___, ...shown } = claim;
    const event = events.get(keyOf(shown));
    const { transport, containers = undefined } = event?.type === MilestoneReported.type ? event.data : {};
    return {
      ...(containers && { containers }),
      ...shown,
      ...(transport && { transport }),
      ...againstPlan(claim, shipment),
    };
  });
}

export function timelineOf(shipment: Shipment & Identified, history: readonly Accepted[]): TimelineView {
  const fateOf = fatesIn(shipment);
  return {
    id: shipment._id,
    events: inOrderOfHappening(history).map(({ event, receivedAt, happenedAt }) => {
      const fate = fateOf(event);
      const warnings = warningsOf(event.data);
      return {
        id: event.id,
        source: event.source,
        type: event.type,
        ...(event.time !== undefined && { time: event.time }),
        happenedAt: happenedAt.toISOString(),
        receivedAt: receivedAt.toISOString(),
        retracted: fate === 'retracted',
        revised: fate === 'revised',
        data: event.data,
        ...(warnings.length > 0 && { warnings }),
      };
    }),
  };
}
