/** The answer to a query of EPCIS events: an EPCISQueryDocument. */
import { OneOf, Timestamp } from '#contracts/fields.js';
import { Described } from '#service/view-fields.js';
import { CONTEXT, type ExportedEvent } from './export-events.js';

export class EpcisQueryDocument {
  @Described({ type: 'array', description: 'the standard’s, and what `orebound:` stands for' })
  readonly '@context'!: readonly unknown[];
  @OneOf(['EPCISQueryDocument']) readonly type!: 'EPCISQueryDocument';
  @OneOf(['2.0']) readonly schemaVersion!: '2.0';
  @Timestamp() readonly creationDate!: string;
  @Described({
    type: 'object',
    required: ['queryResults'],
    properties: {
      queryResults: {
        type: 'object',
        required: ['queryName', 'resultsBody'],
        properties: {
          queryName: { const: 'SimpleEventQuery' },
          resultsBody: {
            type: 'object',
            required: ['eventList'],
            properties: {
              eventList: {
                type: 'array',
                description: 'EPCIS 2.0 events in JSON, in the order of happening',
                items: { type: 'object', required: ['type', 'eventID', 'eventTime', 'eventTimeZoneOffset'] },
              },
            },
          },
        },
      },
    },
  })
  readonly epcisBody!: {
    readonly queryResults: {
      readonly queryName: 'SimpleEventQuery';
      readonly resultsBody: { readonly eventList: readonly ExportedEvent[] };
    };
  };
}

export const queryDocumentOf = (eventList: readonly ExportedEvent[], now: Date): EpcisQueryDocument => ({
  '@context': CONTEXT,
  type: 'EPCISQueryDocument',
  schemaVersion: '2.0',
  creationDate: now.toISOString(),
  epcisBody: { queryResults: { queryName: 'SimpleEventQuery', resultsBody: { eventList } } },
});
