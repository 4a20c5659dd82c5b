/** DCSA Track & Trace → our events. Pure and total. docs/mappings.md has it as tables. */
import type { DcsaVersion } from '#contracts/dcsa.js';
import { distinct } from '#contracts/fault.js';
import { EventRetracted, MilestoneReported, ObservationReported } from '#contracts/shipments.js';
import type { Translation, UnaddressedEvent } from '../translation.js';
import type { DcsaReport, DcsaWithdrawal } from './dcsa-event.js';
import { NEVER_UPDATED, revisionId } from './identity.js';
import { isWithinDepth, keptOf } from './kept.js';
import { milestoneOf } from './milestone.js';
import { Part } from './part.js';
import { readBeta } from './read-beta.js';
import { readV2 } from './read-v2.js';
import { readV3 } from './read-v3.js';

/** What it becomes, with itself in the extensions, must still fit into one message. */
const MOST_CHARACTERS = 64 * 1024;
const MOST_LEVELS = 20;

export interface Sent {
  readonly version: DcsaVersion;
  /** Who sends it, where the event itself does not say whose it is. */
  readonly party?: string | undefined;
  readonly event: unknown;
}

/**
 * What one DCSA event comes to: one event of ours.
 * @returns faults and warnings with pointers into the DCSA event
 */
export function translateDcsa(sent: Sent): Translation {
  if (!isWithinDepth(sent.event, MOST_LEVELS))
    return {
      faults: [{ pointer: '', code: 'malformed', message: `must not be deeper than ${MOST_LEVELS} levels` }],
    };
  if ((JSON.stringify(sent.event) ?? '').length > MOST_CHARACTERS)
    return {
      faults: [{ pointer: '', code: 'too-large', message: `must be at most ${MOST_CHARACTERS} characters` }],
    };

  const root = new Part(sent.event);
  if (!root.isGiven()) root.refuse('required', 'must be an event');
  const read = root.notes.faults.length === 0 ? readAs(root, sent) : undefined;
  if (!read) return { faults: distinct(root.notes.faults) };
  const event = 'isWithdrawal' in read ? withdrawalOf(read) : reportOf(read, sent.event);
  return { events: [event], references: read.references, warnings: root.notes.warnings };
}

function readAs(root: Part, { version, party, event }: Sent): DcsaReport | DcsaWithdrawal | undefined {
  switch (version) {
    case '2.2':
      return readV2(root, event, party);
    case '3.0.0-beta':
      return readBeta(root, party);
    case '3.0.0':
      return readV3(root, party);
    default:
      return version satisfies never;
  }
}

function withdrawalOf({ source, id, name, said, upTo }: DcsaWithdrawal): UnaddressedEvent {
  return {
    source,
    id,
    type: EventRetracted.type,
    ...(said !== undefined && { time: said }),
    data: { eventId: name, ...(upTo !== undefined && { upTo }) },
  };
}

function reportOf(report: DcsaReport, sent: unknown): UnaddressedEvent {
  const { source, name, said, isRevisable, at, place, remarks } = report;
  // A document is of the whole shipment, whichever containers it names.
  const containers = report.eventType === 'SHIPMENT' ? [] : report.containers;
  // Those of an empty container are none of the cargo's, and what is only expected has none.
  const seals = report.isEmpty || report.classifier !== 'ACT' ? [] : report.seals;
  const revised = isRevisable ? (said ?? NEVER_UPDATED) : undefined;
  const envelope = {
    source,
    id: revised === undefined ? name : revisionId(name, revised),
    ...(said !== undefined && { time: said }),
  };
  const about = {
    at,
    ...(place && { place }),
    ...(containers.length > 0 && { containers: [...containers] }),
    ...(seals.length > 0 && { seals: [...seals] }),
    ...(remarks !== undefined && { remarks }),
    ...(revised !== undefined && { revision: { of: name, at: revised } }),
    extensions: { dcsa: keptOf(sent) },
  };
  const milestone = milestoneOf(report);
  if (!milestone) {
    const measurements = report.measurements.length > 0 && { measurements: [...report.measurements] };
    return {
      ...envelope,
      type: ObservationReported.type,
      data: { kind: report.code, ...about, ...measurements },
    };
  }
  const { classifier, transport } = report;
  return {
    ...envelope,
    type: MilestoneReported.type,
    data: { milestone, classifier, ...about, ...(transport && { transport }) },
  };
}
