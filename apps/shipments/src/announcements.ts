import { isDeepStrictEqual } from 'node:util';
import {
  ArrivalRetracted,
  EtaChanged,
  ReferencesChanged,
  EXCEPTION_TYPES,
  ExceptionCleared,
  ExceptionRaised,
  ShipmentArrived,
  ShipmentRegistered,
  SHIPMENTS_ARRIVALS,
  SHIPMENTS_CORRELATION,
  SHIPMENTS_EVENTS,
  StatusChanged,
} from '#contracts/shipments.js';
import type { CargoLot } from '#contracts/trade.js';
import { announce, type Announcement } from '#messaging/announcement.js';
import { type Arrival, arrivedCargo } from './arrival.js';
import type { Exception } from './exceptions.js';
import type { Registration, Shipment } from './shipment.js';

/**
 * What is published when a shipment goes from one state to the next. Pure.
 * @param said when the event that brought the change was said, for changes that have no moment of their own
 */
export function announcementsOf(before: Shipment, after: Shipment, said: string): Announcement[] {
  const announcements: Announcement[] = [];
  const dealId = after.registration?.data.dealId;
  const deal = dealId === undefined ? {} : { dealId };

  const registeredAnew = !isSame(after.registration, before.registration);
  if (after.registration && registeredAnew) {
    announcements.push(announce(SHIPMENTS_EVENTS, ShipmentRegistered, after.registration.data));
  }
  if (after.status !== before.status || after.statusAt !== before.statusAt) {
    const at = after.statusAt ?? said;
    announcements.push(
      announce(
        SHIPMENTS_EVENTS,
        StatusChanged,
        {
          status: after.status,
          previous: before.status,
          at,
          ...(after.position && { place: after.position }),
          ...deal,
        },
        { time: at },
      ),
    );
  }
  if (after.eta !== before.eta) {
    const eta = after.eta === undefined ? {} : { eta: after.eta };
    const previous = before.eta === undefined ? {} : { previous: before.eta };
    announcements.push(announce(SHIPMENTS_EVENTS, EtaChanged, { ...eta, ...previous, ...deal }));
  }
  if (before.exceptions !== after.exceptions) announcements.push(...exceptionsOf(before, after, deal));
  if (registeredAnew || !isDeepStrictEqual(before.arrival, after.arrival))
    announcements.push(...arrivalOf(before, after, deal));
  if (isNamedOtherwise(before, after))
    announcements.push(announce(SHIPMENTS_CORRELATION, ReferencesChanged, deal));
  return announcements;
}

/** Whether what waits for the shipment may now be found; without references, a deal alone finds nothing. */
const isNamedOtherwise = (before: Shipment, after: Shipment): boolean =>
  (before.references ?? after.references) !== undefined &&
  (!isDeepStrictEqual(before.references, after.references) ||
    before.registration?.data.dealId !== after.registration?.data.dealId);

/** An exception is said again when it stands on other evidence, and cleared when it is gone or acknowledged. */
function exceptionsOf(before: Shipment, after: Shipment, deal: { dealId?: string }): Announcement[] {
  return EXCEPTION_TYPES.flatMap((exception) => {
    const of = (shipment: Shipment): Exception | undefined =>
      shipment.exceptions?.find(({ type }) => type === exception);
    const [was, is] = [of(before), of(after)];
    if (is && !is.acknowledged) {
      if (isDeepStrictEqual(was, is)) return [];
      const { severity, since, detail, source, id } = is;
      const data = { exception, severity, since, detail, evidence: { source, id }, ...deal };
      return [announce(SHIPMENTS_EVENTS, ExceptionRaised, data)];
    }
    if (!was || was.acknowledged) return [];
    const reason = is?.acknowledged ? { reason: is.acknowledged.reason } : {};
    const data = { exception, acknowledged: is !== undefined, ...reason, ...deal };
    return [announce(SHIPMENTS_EVENTS, ExceptionCleared, data)];
  });
}

/** Whether two registrations are the same event's. */
const isSame = (a: Registration | undefined, b: Registration | undefined): boolean =>
  a?.source === b?.source && a?.id === b?.id;

/**
 * An arrival is said again when its moment, place, cargo or deal turns out otherwise, and taken back when it has not
 * happened. While no lot has wholly arrived there is nothing to say.
 */
function arrivalOf(before: Shipment, after: Shipment, deal: { dealId?: string }): Announcement[] {
  const arrived = sayable(after);
  if (arrived) {
    // The whole place, not its code alone: else who keeps the newest word could be left with another dock.
    const { at, place, containers } = arrived.arrival;
    const partial = containers ? { partial: true } : {};
    const data = { at, place, cargo: arrived.cargo, ...partial, ...deal };
    return [announce(SHIPMENTS_ARRIVALS, ShipmentArrived, data, { time: at })];
  }
  const said = sayable(before);
  return said ? [announce(SHIPMENTS_ARRIVALS, ArrivalRetracted, { at: said.arrival.at, ...deal })] : [];
}

function sayable({ registration, arrival }: Shipment): { arrival: Arrival; cargo: CargoLot[] } | undefined {
  const cargo = registration && arrival ? arrivedCargo(registration, arrival) : [];
  return arrival && cargo.length > 0 ? { arrival, cargo } : undefined;
}
