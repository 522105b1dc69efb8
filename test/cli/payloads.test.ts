import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPayloads } from '../../src/cli/payloads.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-payloads-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function streams(input: string | Uint8Array = '', isTTY = false) {
  return { stdin: Object.assign(Readable.from([Buffer.from(input)]), { isTTY }), stdinTaken: false };
}

async function all(payloads: AsyncIterable<string> | Iterable<string>): Promise<string[]> {
  const list: string[] = [];
  for await (const payload of payloads) list.push(payload);
  return list;
}

function file(text: string): string {
  const path = join(folder, `${Math.random()}.json`);
  writeFileSync(path, text);
  return `@${path}`;
}

describe('the payload of a command line', () => {
  it('is a JSON object, character by character', async () => {
    const json = '{ "n": 12345678901234567890 }';
    expect(await all(openPayloads([json], streams()))).toEqual([json]);
  });

  it('is made of fields', async () => {
    expect(await all(openPayloads(['cmd=open', 'delay:=5'], streams()))).toEqual(['{"cmd":"open","delay":5}']);
  });

  it('is refused when it is no JSON object', () => {
    expect(() => openPayloads(['{"cmd":'], streams())).toThrow('is not JSON');
    expect(() => openPayloads(['[1]'], streams())).toThrow('is not a JSON object');
    expect(() => openPayloads(['42'], streams())).toThrow('is not a JSON object');
    expect(() => openPayloads(['open'], streams())).toThrow('is not JSON');
  });

  it('says what the shell did to a JSON object without quotes', () => {
    expect(() => openPayloads(['{cmd:', 'open}'], streams())).toThrow('single quotes');
  });

  it('comes from standard input, an object a line, with - or without a word', async () => {
    const input = '\ufeff{"a":1}\n\n {"b":2} \r\n{"c":"ü"}';
    expect(await all(openPayloads(['-'], streams(input)))).toEqual(['{"a":1}', '{"b":2}', '{"c":"ü"}']);
    expect(await all(openPayloads([], streams(input)))).toHaveLength(3);
  });

  it('names the line of standard input that is wrong, after those before it', async () => {
    const seen: string[] = [];
    const read = async () => {
      for await (const payload of openPayloads(['-'], streams('{"a":1}\n\nnope\n{"b":2}'))) seen.push(payload);
    };
    await expect(read()).rejects.toThrow('line 3 of standard input is not JSON');
    expect(seen).toEqual(['{"a":1}']);
  });

  it('refuses standard input that is not UTF-8', async () => {
    await expect(all(openPayloads(['-'], streams(Buffer.from([0x7b, 0xff, 0x7d]))))).rejects.toThrow('not UTF-8');
    const cut = Buffer.concat([Buffer.from('{}\n{}'), Buffer.from([0xc3])]);
    await expect(all(openPayloads(['-'], streams(cut)))).rejects.toThrow('not UTF-8');
  });

  it('is put together when a character comes in two chunks', async () => {
    const bytes = Buffer.from('{"a":"ü"}\n');
    const stdin = Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]);
    expect(await all(openPayloads(['-'], { stdin, stdinTaken: false }))).toEqual(['{"a":"ü"}']);
  });

  it('comes from a file, one object over lines or one a line', async () => {
    expect(await all(openPayloads([file('{\n  "a": 1\n}\n')], streams()))).toEqual(['{\n  "a": 1\n}']);
    expect(await all(openPayloads([file('{"a":1}\n{"b":2}\n')], streams()))).toEqual(['{"a":1}', '{"b":2}']);
    expect(() => openPayloads([file('{"a":1}\nnope')], streams())).toThrow('message 2 of');
    expect(() => openPayloads(['@/nowhere/x.json'], streams())).toThrow('/nowhere/x.json cannot be read');
  });

  it('must be there: empty standard input is no message', async () => {
    await expect(all(openPayloads([], streams('\n')))).rejects.toThrow('standard input is empty');
  });

  it('must be given where somebody sits at the terminal', () => {
    expect(() => openPayloads([], streams('', true))).toThrow('there is nothing to send');
  });

  it('cannot come from standard input when the key does', () => {
    expect(() => openPayloads(['-'], { ...streams(), stdinTaken: true })).toThrow('holds the key already');
  });
});
