import fc from 'fast-check';
import { checkedUrl, isPublicAddress, RefusedAddress } from './public-address.js';

describe('a public address', () => {
  it.each(['8.8.8.8', '1.1.1.1', '2606:4700::1111'])('%s is one', (address) =>
    expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    ...['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0'],
    ...['255.255.255.255', '224.0.0.1', '198.18.0.1', '192.0.2.1', '240.0.0.1', '168.63.129.16'],
    ...['::1', '::', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'ff02::1', '2001:db8::1'],
    ...[
      '::ffff:127.0.0.1',
      '::ffff:8.8.8.8',
      '::127.0.0.1',
      '64:ff9b::7f00:1',
      '64:ff9b:1::1',
      '2002:7f00:1::',
    ],
    ...['2001:0:7f00:1::', 'localhost', '', '127.1'],
  ])('%s is none', (address) => expect(isPublicAddress(address)).toBe(false));

  it('is never of a private network, in whatever form an IPv6 address carries it', () => {
    const byte = fc.nat(255);
    fc.assert(
      fc.property(fc.constantFrom('::ffff:', '::', '64:ff9b::'), byte, byte, byte, (prefix, b, c, d) => {
        expect(isPublicAddress(`${prefix}10.${b}.${c}.${d}`)).toBe(false);
      }),
    );
  });
});

describe('the address of a feed', () => {
  it.each([
    ...[
      'http://127.0.0.1/',
      'http://0x7f.1/',
      'http://2130706433/',
      'http://[::1]/',
      'http://[::ffff:10.0.0.1]/',
    ],
    ...['http://169.254.169.254/latest/meta-data', 'https://feed.example:8443/', 'http://feed.example:22/'],
    ...['https://me:secret@feed.example/', 'ftp://feed.example/', 'file:///etc/passwd', 'nothing'],
  ])('%s is refused', (address) => expect(() => checkedUrl(address, false)).toThrow(RefusedAddress));

  it.each([
    'http://feed.example/',
    'https://feed.example:443/rss',
    'http://feed.example:80/',
    'http://8.8.8.8/',
  ])('%s is not', (address) => expect(checkedUrl(address, false).href).toBe(new URL(address).href));

  it('may be on this machine where that is allowed, but has no credentials even so', () => {
    expect(checkedUrl('http://127.0.0.1:8080/', true).port).toBe('8080');
    expect(() => checkedUrl('http://a:b@127.0.0.1/', true)).toThrow(RefusedAddress);
  });
});
