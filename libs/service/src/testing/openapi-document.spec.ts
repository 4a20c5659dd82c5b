import { documentedAnswers, type OpenApiDocument } from './openapi-document.js';

const answer = (schema: object, type = 'application/json') => ({ content: { [type]: { schema } } });
const DOCUMENT: OpenApiDocument = {
  openapi: '3.1.0',
  paths: {
    '/deals/{id}': {
      get: {
        responses: {
          200: answer({ $ref: '#/components/schemas/Deal' }),
          default: answer({ type: 'object' }, 'application/problem+json'),
        },
      },
    },
    '/deals/latest': { get: { responses: { 200: answer({ type: 'null' }) } } },
  },
  components: {
    schemas: {
      Deal: {
        type: 'object',
        required: ['id'],
        properties: { id: { type: 'string' }, at: { type: 'string', format: 'date-time' } },
      },
    },
  },
};
const ask = documentedAnswers(DOCUMENT);
const asked = (
  body: unknown,
  status = 200,
  path = '/deals/D-1?x=/',
  type = 'application/json; charset=utf-8',
) => ask('GET', path, { status, type, body }).join();

describe('an answer', () => {
  it('that is as documented, whatever the query and the charset, is found so', () => {
    expect(asked({ id: 'D-1', at: '2025-10-02T09:40:00-05:00' })).toBe('');
    expect(asked({}, 404, '/deals/D-1', 'application/problem+json')).toBe('');
    expect(asked(null, 200, '/deals/latest')).toBe('');
  });

  it.each([
    ['lacks something', {}, /GET \/deals\/\{id\} 200 .*'id'/],
    ['has more than is described', { id: 'D-1', more: 1 }, /more/],
    ['has another type', { id: 1 }, /\/id must be string/],
    ['has another format', { id: 'D-1', at: 'yesterday' }, /date-time/],
  ])('that %s is not', (_, body, words) => expect(asked(body)).toMatch(words));

  it('of a status or media type that is not documented is not', () => {
    expect(asked({}, 404)).toMatch(/not documented to answer 404 as application\/json/);
    expect(asked({}, 404, '/deals/latest')).toMatch(/not documented to answer 404/);
    expect(asked('x', 200, '/deals/D-1', 'text/html')).toMatch(/as text\/html/);
  });

  it('of a path that is not documented is not judged', () => {
    expect(asked('<html>', 200, '/docs', 'text/html')).toBe('');
    expect(ask('POST', '/deals/D-1', { status: 404, type: '', body: '' })).toEqual([]);
  });
});
