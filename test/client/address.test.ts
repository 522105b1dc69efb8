import { describe, expect, it } from 'vitest';
import { parseRelayUrl } from '../../src/client/address.ts';
import { RelayAddressError } from '../../src/client/errors.ts';

describe('the address of a relay', () => {
  it.each([
    ['wss://relay.example.org/ws/connect/', 'wss://relay.example.org/ws/connect/', 'https://relay.example.org'],
    ['wss://relay.example.org/ws/connect', 'wss://relay.example.org/ws/connect/', 'https://relay.example.org'],
    ['https://relay.example.org', 'wss://relay.example.org/ws/connect/', 'https://relay.example.org'],
    ['http://10.0.0.7:8787/', 'ws://10.0.0.7:8787/ws/connect/', 'http://10.0.0.7:8787'],
    ['ws://10.0.0.7:8787', 'ws://10.0.0.7:8787/ws/connect/', 'http://10.0.0.7:8787'],
    ['relay.example.org', 'wss://relay.example.org/ws/connect/', 'https://relay.example.org'],
    ['relay.example.org:8443', 'wss://relay.example.org:8443/ws/connect/', 'https://relay.example.org:8443'],
    ['relay.example.org:80', 'wss://relay.example.org:80/ws/connect/', 'https://relay.example.org:80'],
    ['localhost:8787', 'ws://localhost:8787/ws/connect/', 'http://localhost:8787'],
    ['localhost:443', 'ws://localhost:443/ws/connect/', 'http://localhost:443'],
    ['127.0.0.1:8787', 'ws://127.0.0.1:8787/ws/connect/', 'http://127.0.0.1:8787'],
    ['relay.localhost', 'ws://relay.localhost/ws/connect/', 'http://relay.localhost'],
    ['wss://localhost', 'wss://localhost/ws/connect/', 'https://localhost'],
    ['127.example.org', 'wss://127.example.org/ws/connect/', 'https://127.example.org'],
    ['::1', 'ws://[::1]/ws/connect/', 'http://[::1]'],
    ['[::1]:8787', 'ws://[::1]:8787/ws/connect/', 'http://[::1]:8787'],
    ['2001:db8::7', 'wss://[2001:db8::7]/ws/connect/', 'https://[2001:db8::7]'],
    ['https://example.org/relay/', 'wss://example.org/relay/ws/connect/', 'https://example.org/relay'],
    ['example.org/relay', 'wss://example.org/relay/ws/connect/', 'https://example.org/relay'],
    ['wss://example.org/relay/ws/connect/', 'wss://example.org/relay/ws/connect/', 'https://example.org/relay'],
    ['  WSS://Relay.Example.Org ', 'wss://relay.example.org/ws/connect/', 'https://relay.example.org'],
  ])('%s', (text, ws, http) => {
    expect(parseRelayUrl(text)).toEqual({ ws, http });
  });

  it.each([
    ['', /empty/],
    ['   ', /empty/],
    ['ftp://example.org', /ftp:\/\/ is no way/],
    ['wss://', /no address/],
    ['two words', /no address/],
    ['example.org:99999', /no address/],
    ['https://example.org/?x=1', /no \? or # part/],
    ['https://example.org/#top', /no \? or # part/],
  ])('refuses "%s"', (text, message) => {
    expect(() => parseRelayUrl(text)).toThrow(RelayAddressError);
    expect(() => parseRelayUrl(text)).toThrow(message);
  });

  it('refuses a password in the address without repeating it', () => {
    for (const text of ['https://me:hunter2@example.org', 'me:hunter2@example.org']) {
      expect(() => parseRelayUrl(text)).toThrow(/^(?!.*hunter2).*user name or password/);
    }
  });
});
