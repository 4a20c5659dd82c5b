const CHARACTER = "[A-Za-z0-9\\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2}";
const SCHEME = '[A-Za-z][A-Za-z0-9+.-]*:';
const HIERARCHY = `(?://(?:${CHARACTER}|[[\\]])*)?(?:${CHARACTER}|/)*`;
const QUERY_AND_FRAGMENT = `(?:\\?(?:${CHARACTER}|[/?])*)?(?:#(?:${CHARACTER}|[/?])*)?`;
const REST = `${HIERARCHY}${QUERY_AND_FRAGMENT}$`;

const URI = new RegExp(`^${SCHEME}${REST}`);
/** Without a scheme the first segment has no colon, or it would be taken for one (RFC 3986, 4.2). */
const REFERENCE = new RegExp(`^(?:${SCHEME}|(?![^/?#]*:))${REST}`);

/** Whether a text is a URI with its scheme (RFC 3986, 3). */
export const isUri = (text: string): boolean => URI.test(text);

/** Whether a text is a URI reference, absolute or relative, and not empty (RFC 3986, 4.1). */
export const isUriReference = (text: string): boolean => text !== '' && REFERENCE.test(text);
