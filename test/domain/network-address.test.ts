import { expect, test } from 'vitest';
import { isPublicAddress } from '../../src/domain/network-address.js';

test.each([
  ['8.8.8.8', true],
  ['172.32.0.1', true],
  ['2606:4700::1', true],
  ['::ffff:8.8.8.8', true],
  ['127.0.0.1', false],
  ['10.1.2.3', false],
  ['172.16.0.1', false],
  ['192.168.1.1', false],
  // Cloud providers give out credentials there.
  ['169.254.169.254', false],
  ['fd00:ec2::254', false],
  ['168.63.129.16', false],
  ['100.64.0.1', false],
  ['192.0.0.1', false],
  ['198.18.0.1', false],
  ['203.0.113.1', false],
  ['224.0.0.1', false],
  ['0.0.0.0', false],
  ['255.255.255.255', false],
  ['::1', false],
  ['::', false],
  ['fd00::1', false],
  ['fe80::1', false],
  ['fe80::1%eth0', false],
  ['ff02::1', false],
  // These carry an IPv4 address inside.
  ['::ffff:127.0.0.1', false],
  ['::ffff:7f00:1', false],
  ['::10.0.0.1', false],
  ['64:ff9b::a00:1', false],
  ['2002:a00:1::', false],
  ['2001::1', false],
  ['not an address', false],
  ['', false],
])('%s is public: %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected);
});
