/** Parameters that say where a reader came from, and nothing of what is read. */
const TRACKING =
  /^(?:utm_.*|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|li_fat_id|igshid|mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi|vero_id|oly_(?:anon|enc)_id|wickedid|s_cid|cmpid|ref_src|spm)$/i;

/**
 * The one form of a web address by which it is known that two name the same document: https for http, host in lower
 * case, no credentials, no default port, no fragment, no tracking parameters, the others sorted. The path stays as it
 * is, case and last slash too: servers tell those apart.
 * @returns undefined for what is no web address.
 */
export function canonicalUrl(address: string): string | undefined {
  const url = URL.parse(address);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  url.protocol = 'https:';
  url.username = '';
  url.password = '';
  url.hash = '';
  const kept = [...url.searchParams]
    .filter(([name]) => !TRACKING.test(name))
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y));
  url.search = new URLSearchParams(kept).toString();
  return url.href;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Under a country's domain, the second level that is nobody's own: `co.uk`, `com.pk`. */
const SHARED_LEVEL = /^(?:ac|co|com|edu|go|gob|gov|gv|ne|net|or|org)$/;

/** The part of a host that is registered as one, as far as it can be told without the list of all suffixes. */
function siteOf(address: string): string | undefined {
  const host = URL.parse(address)?.hostname;
  if (host === undefined || /^[\d.]+$|^\[/.test(host)) return host;
  const labels = host.split('.');
  const shared = labels.at(-1)!.length === 2 && SHARED_LEVEL.test(labels.at(-2) ?? '');
  return labels.slice(shared ? -3 : -2).join('.');
}

/** Whether two addresses are of one site: `feeds.example.co.uk` and `www.example.co.uk` are. */
export const isOnSiteOf = (one: string, other: string): boolean => siteOf(one) === siteOf(other);
