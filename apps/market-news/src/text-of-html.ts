import { decodeHTML } from 'entities';

/** Elements whose content is no text. */
const SILENT = /^(?:script|style|template|head|svg|math|iframe|noscript|object)$/;
/** Elements that stand in a line of text; all others end a word. */
const INLINE = /^(?:a|abbr|b|bdi|bdo|cite|code|em|font|i|mark|q|s|small|span|strong|sub|sup|u|wbr)$/;
const TAG_NAME = /^<(\/?)([A-Za-z][A-Za-z0-9:-]{0,40})/;

/**
 * The text of what a feed calls a title or summary: markup dropped, named characters decoded, white space collapsed.
 * What is no markup stays as it is: `a < b`. Takes time in proportion to the input, whatever that is; what comes out
 * is text, and whoever shows it in a page still has to escape it.
 */
export function textOfHtml(html: string): string {
  const kept: string[] = [];
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open < 0) break;
    kept.push(html.slice(at, open));
    const next = behindMarkup(html, open);
    if (next === undefined) return clean([...kept, html.slice(open)]); // no markup ends any more: the rest is text
    if (next.at === open + 1) kept.push('<');
    else if (next.breaks) kept.push(' ');
    at = next.at;
  }
  return clean([...kept, html.slice(at)]);
}

/** Where the markup that opens at `open` ends; one further when it is none; undefined when none ends from here on. */
function behindMarkup(html: string, open: number): { at: number; breaks: boolean } | undefined {
  if (html.startsWith('<![CDATA[', open)) return { at: open + '<![CDATA['.length, breaks: false };
  if (html.startsWith('<!--', open)) {
    const close = html.indexOf('-->', open + 4);
    return { at: close < 0 ? html.length : close + 3, breaks: false };
  }
  const name = TAG_NAME.exec(html.slice(open, open + 50));
  if (!name && !/^<[!?]/.test(html.slice(open, open + 2))) return { at: open + 1, breaks: false };
  const close = html.indexOf('>', open);
  if (close < 0) return undefined;
  const tag = name?.[2]?.toLowerCase() ?? '';
  if (name?.[1] === '' && SILENT.test(tag) && html[close - 1] !== '/') {
    return { at: behindElement(html, tag, close + 1), breaks: true };
  }
  return { at: close + 1, breaks: !INLINE.test(tag) };
}

/** Behind the end tag of an element whose content is dropped. Without one, everything is dropped. */
const behindElement = (html: string, tag: string, from: number): number => {
  const end = new RegExp(`</${tag}\\b[^>]{0,100}>`, 'ig');
  end.lastIndex = from;
  const found = end.exec(html);
  return found ? found.index + found[0].length : html.length;
};

/** Characters that no contract takes as text. */
// eslint-disable-next-line no-control-regex -- these are what is to go
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]|\p{Cs}/gu;

const clean = (parts: readonly string[]): string =>
  decodeHTML(parts.join('').replaceAll(']]>', '')).replace(CONTROLS, '').replace(/\s+/gu, ' ').trim();

/** The first `most` characters of a text, none of them cut in two. */
export const bounded = (text: string, most: number): string =>
  text.length <= most ? text : [...text.slice(0, 2 * most)].slice(0, most).join('');
