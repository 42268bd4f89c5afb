import { describe, expect, it } from 'vitest';
import { isPublic, urlProblem } from './publicAddress.js';

describe('an address', () => {
  it.each([
    ['8.8.8.8'],
    ['1.1.1.1'],
    ['172.15.255.255'],
    ['172.32.0.1'],
    ['100.63.255.255'],
    ['100.128.0.1'],
    ['169.253.1.1'],
    ['2606:4700:4700::1111'],
    ['2a00:1450:4001:82a::200e'],
  ])('%s is public', (address) => {
    expect(isPublic(address)).toBe(true);
  });

  it.each([
    ['0.0.0.0', 'this host'],
    ['0.1.2.3', 'this network'],
    ['10.0.0.1', 'private'],
    ['10.255.255.255', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['169.254.169.254', 'metadata'],
    ['169.254.0.1', 'link-local'],
    ['100.64.0.1', 'carrier-grade NAT'],
    ['100.127.255.255', 'carrier-grade NAT'],
    ['192.0.0.1', 'reserved'],
    ['192.0.2.1', 'documentation'],
    ['198.18.0.1', 'benchmarking'],
    ['198.51.100.1', 'documentation'],
    ['203.0.113.1', 'documentation'],
    ['192.88.99.1', '6to4 relays'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.255', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::127.0.0.1', 'IPv4-compatible'],
    ['::8.8.8.8', 'IPv4-compatible'],
    ['::ffff:10.0.0.1', 'IPv4-mapped'],
    ['::ffff:7f00:1', 'IPv4-mapped'],
    ['::ffff:8.8.8.8', 'IPv4-mapped'],
    ['::ffff:0:10.0.0.1', 'IPv4-translated'],
    ['64:ff9b::10.0.0.1', 'NAT64'],
    ['64:ff9b:1::a00:1', 'local NAT64'],
    ['2002:a00:1::', '6to4'],
    ['2002:7f00:1::1', '6to4'],
    ['2001:0:4136:e378:8000:63bf:3fff:fdd2', 'Teredo'],
    ['2001:db8::1', 'documentation'],
    ['3fff::1', 'documentation'],
    ['100::1', 'discard'],
    ['5f00::1', 'segment routing'],
    ['fc00::1', 'unique-local'],
    ['fd12:3456:789a::1', 'unique-local'],
    ['fd00:ec2::254', 'metadata'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local with a zone'],
    ['fec0::1', 'site-local'],
    ['ff02::1', 'multicast'],
    ['200::1', 'outside of global unicast'],
    ['4000::1', 'outside of global unicast'],
    ['localhost', 'no address'],
    ['127.1', 'no address as resolvers write them'],
    ['', 'nothing'],
  ])('%s is not public: %s', (address) => {
    expect(isPublic(address)).toBe(false);
  });
});

describe('a URL', () => {
  it.each([
    ['https://hooks.slack.com/services/T0/B0/x'],
    ['https://hooks.example:8443/a?b=c#d'],
    ['https://8.8.8.8/'],
    ['https://[2606:4700:4700::1111]/'],
    ['https://localhost.example/'],
  ])('%s may be called', (url) => {
    expect(urlProblem(url)).toBeUndefined();
  });

  it.each([
    ['http://hooks.example/', /https/],
    ['ftp://hooks.example/', /https/],
    ['file:///etc/passwd', /https/],
    ['hooks.example', /must be a URL/],
    ['', /must be a URL/],
    ['https://', /must be a URL/],
    ['https://user@hooks.example/', /user name/],
    ['https://user:word@hooks.example/', /user name/],
    ['https://:word@hooks.example/', /password/],
    ['https://hooks.slack.com@10.0.0.1/', /user name/],
    ['https://localhost/', /public/],
    ['https://LOCALHOST:8443/', /public/],
    ['https://localhost./', /public/],
    ['https://a.localhost/', /public/],
    ['https://127.0.0.1/', /public/],
    ['https://127.0.0.1./', /public/],
    ['https://127.1/', /public/],
    ['https://2130706433/', /public/],
    ['https://0x7f000001/', /public/],
    ['https://0177.0.0.1/', /public/],
    ['https://0/', /public/],
    ['https://①②⑦.0.0.1/', /public/],
    ['https://%31%32%37.0.0.1/', /public/],
    ['https://169.254.169.254/latest/meta-data', /public/],
    ['https://0xA9FEA9FE/', /public/],
    ['https://10.0.0.1/', /public/],
    ['https://100.100.100.200/', /public/],
    ['https://[::1]/', /public/],
    ['https://[::ffff:10.0.0.1]/', /public/],
    ['https://[::ffff:a9fe:a9fe]/', /public/],
    ['https://[0:0:0:0:0:ffff:7f00:1]/', /public/],
    ['https://[64:ff9b::169.254.169.254]/', /public/],
    ['https://[2002:a9fe:a9fe::]/', /public/],
    ['https://[fd00:ec2::254]/', /public/],
    ['https://[fe80::1]/', /public/],
  ])('%s may not', (url, why) => {
    expect(urlProblem(url)).toMatch(why);
  });
});
