import { COUNTERS_AUDIT, COUNTERS_INBOUND } from './testing/counters.js';
import { topicDeclarations } from './topic-declarations.js';

describe('the topics of a service', () => {
  const [inbound, published, letters] = topicDeclarations('counters', [COUNTERS_INBOUND, COUNTERS_AUDIT]);

  it('are those it names, and its dead letters, and all are kept for ever', () => {
    expect([inbound, published, letters].map((topic) => topic?.name)).toEqual([
      'counters.inbound',
      'counters.audit',
      'counters.dead-letters',
    ]);
    for (const topic of [inbound, published, letters]) {
      expect(topic?.config).toMatchObject({ 'retention.ms': '-1', 'retention.bytes': '-1' });
    }
  });

  it('that others write to are stamped by the broker, and stored in a form that can be read', () => {
    expect(inbound?.config).toMatchObject({
      'message.timestamp.type': 'LogAppendTime',
      'compression.type': 'uncompressed',
    });
    expect(published?.config).not.toHaveProperty('compression.type');
  });

  it('for dead letters take the largest message there is, and why it was refused', () => {
    expect(Number(letters?.config['max.message.bytes'])).toBeGreaterThan(2 * 1024 * 1024 - 1);
  });
});
