import { decodeHTML } from 'entities';

/** Elements whose content is no text. */
const SILENT = /^(?:script|style|template|head|svg|math|iframe|noscript|object)$/;
/** Elements that stand in a line of text; all others end a word. */
const INLINE =
  /^(?:a|abbr|acronym|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|ins|kbd|mark|nobr|q|s|samp|small|span|strike|strong|sub|sup|time|tt|u|var|wbr)$/;
/** The other elements of HTML, those among them that browsers still take; and names of a namespace or of a page's own. */
const OTHER =
  /^(?:address|area|article|aside|audio|base|blockquote|body|br|button|canvas|caption|center|col|colgroup|datalist|dd|details|dialog|dir|div|dl|dt|embed|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|header|hgroup|hr|html|img|input|label|legend|li|link|main|map|marquee|menu|meta|meter|nav|ol|optgroup|option|output|p|param|picture|pre|progress|rp|rt|ruby|search|section|select|slot|source|summary|table|tbody|td|textarea|tfoot|th|thead|title|tr|track|ul|video|.*[:-].*)$/;
const isElement = (name: string): boolean => [INLINE, OTHER, SILENT].some((names) => names.test(name));
const TAG_NAME = /^<(\/?)([A-Za-z][A-Za-z0-9:-]{0,40})/;

/**
 * The text of HTML: markup dropped, named characters decoded, white space collapsed. What is no markup stays as it is:
 * `a < b`, and `Cu<Zn and Fe>Ni`, which has no element of HTML. Takes time in proportion to the input, whatever that is; what comes out
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
  const tag = name?.[2]?.toLowerCase() ?? '';
  if (name ? !isElement(tag) : !/^<[!?]/.test(html.slice(open, open + 2)))
    return { at: open + 1, breaks: false };
  const close = html.indexOf('>', open);
  if (close < 0) return undefined;
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

const clean = (parts: readonly string[]): string => tidied(decodeHTML(parts.join('').replaceAll(']]>', '')));

/** A text without the characters that no contract takes, its white space collapsed. */
export const tidied = (text: string): string => text.replace(CONTROLS, '').replace(/\s+/gu, ' ').trim();

/** The first `most` characters of a text, none of them cut in two. */
export const bounded = (text: string, most: number): string =>
  text.length <= most ? text : [...text.slice(0, 2 * most)].slice(0, most).join('');
