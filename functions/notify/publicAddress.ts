/** Which addresses may be called: those that anybody on the internet reaches, so that no channel opens a door to what is inside. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** All global unicast addresses of IPv6 are in it (RFC 4291); what lies outside embeds or means something else. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** False for whatever is private, local, reserved, or wraps an IPv4 address (mapped, 6to4, Teredo, NAT64). */
export function isPublic(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST);
}

/** The host as an address where it is one (an IPv6 address without its brackets), else undefined. */
function literalAddress(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 0 ? undefined : bare;
}

/**
 * Why a URL may not be called, in words without any part of it; undefined where it may. Names are not looked up here: what they
 * stand for is known only when somebody connects.
 */
export function urlProblem(
  text: string,
  allows: (address: string) => boolean = isPublic,
): string | undefined {
  if (!URL.canParse(text)) return 'must be a URL';
  const { protocol, username, password, hostname } = new URL(text);
  if (protocol !== 'https:') return 'must be an https URL';
  if (username !== '' || password !== '') return 'must have no user name and no password';
  if (/(^|\.)localhost\.?$/.test(hostname)) return NOT_PUBLIC;
  const literal = literalAddress(hostname);
  return literal === undefined || allows(literal) ? undefined : NOT_PUBLIC;
}

const NOT_PUBLIC = 'must have a public address, not one of this machine or a private network';
