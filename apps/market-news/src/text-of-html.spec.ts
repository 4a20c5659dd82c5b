import fc from 'fast-check';
import { bounded, textOfHtml } from './text-of-html.js';

describe('the text of HTML', () => {
  it('is what a reader sees', () => {
    expect(textOfHtml('<p>Rare&nbsp;earths &amp; <b>cop</b>per</p><p>Ore</p>')).toBe(
      'Rare earths & copper Ore',
    );
    expect(textOfHtml('a<br/>b<!-- c > d -->e<script>f</script>g<style>h</style>')).toBe('a be g');
    expect(textOfHtml('<![CDATA[x < y]]>')).toBe('x < y');
  });

  it('keeps what is no markup', () => {
    expect(textOfHtml('price < 5 and > 3')).toBe('price < 5 and > 3');
    expect(textOfHtml('a <b never closed')).toBe('a <b never closed');
    expect(textOfHtml('<script>never closed')).toBe('');
    expect(textOfHtml('Cu<Zn and Fe>Ni, <b>tin</b><o:p></o:p>')).toBe('Cu<Zn and Fe>Ni, tin');
  });

  it('holds no control character, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (html) => {
        // eslint-disable-next-line no-control-regex -- these are what must be gone
        expect(textOfHtml(html)).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/u);
      }),
    );
  });

  it.each(['<', '<a', '<!--', '<a href="', '<script>', '<script></script x', '<![CDATA[', '&#', '</', '>'])(
    'copes with two million characters of %s',
    (piece) => {
      expect(typeof textOfHtml(piece.repeat(2_000_000 / piece.length))).toBe('string');
    },
  );
});

describe('bounding a text', () => {
  it('cuts no character in two', () => {
    expect(bounded('a🚢b', 2)).toBe('a🚢');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, most) => {
        const short = bounded(text, most);
        expect([...short].length).toBeLessThanOrEqual(Math.max(most, 0) || 0);
        expect(text.startsWith(short)).toBe(true);
      }),
    );
  });
});
