import ipaddr from 'ipaddr.js';

/** An address that a feed may not be fetched from. Not the network's fault: trying again changes nothing. */
export class RefusedAddress extends Error {
  constructor(readonly reason: string) {
    super(reason);
    this.name = 'RefusedAddress';
  }
}

/** Of the public range, and yet a service of the cloud's own that answers only from inside it: Azure's. */
const INSIDE_ONLY = new Set(['168.63.129.16']);
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an IP address is one of the public Internet. All else is refused: loopback, private and link-local networks,
 * the cloud's metadata address among them; and every form of IPv6 that carries an IPv4 address (mapped, compatible,
 * NAT64, 6to4, Teredo), by which the former could be reached all the same.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address) || address.includes('%')) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast' || INSIDE_ONLY.has(parsed.toString())) return false;
  return parsed.kind() === 'ipv4' || (parsed as ipaddr.IPv6).match(GLOBAL_UNICAST);
}

/**
 * Checks all of an address that can be seen before its host is looked up.
 * @returns the address, parsed
 * @throws RefusedAddress
 */
export function checkedUrl(address: string, allowPrivate: boolean): URL {
  const url = URL.parse(address);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new RefusedAddress('a feed is fetched by http or https');
  if (url.username !== '' || url.password !== '')
    throw new RefusedAddress('an address with credentials is not fetched');
  if (allowPrivate) return url;
  if (!['', '80', '443'].includes(url.port))
    throw new RefusedAddress('a feed is fetched from port 80 or 443');
  // Node looks up no literal address, so the lookup's check does not see it. `URL` has made 0x7f.1 into 127.0.0.1.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host) && !isPublicAddress(host))
    throw new RefusedAddress(`${host} is no public address`);
  return url;
}
