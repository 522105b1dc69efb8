import { graphemes } from '../text/cells.ts';

/** A text that is edited, and where: the cursor is an index in UTF-16 units and never inside a character. */
export interface TextBuffer {
  readonly text: string;
  readonly cursor: number;
}

export const emptyBuffer: TextBuffer = { text: '', cursor: 0 };

export type CursorMove = 'left' | 'right' | 'home' | 'end' | 'up' | 'down' | 'word-left' | 'word-right';

export function bufferOf(text: string): TextBuffer {
  return { text, cursor: text.length };
}

export function insertText(buffer: TextBuffer, inserted: string): TextBuffer {
  const text = buffer.text.slice(0, buffer.cursor) + inserted + buffer.text.slice(buffer.cursor);
  return { text, cursor: buffer.cursor + inserted.length };
}

function lengthBefore(buffer: TextBuffer): number {
  const { text, cursor } = buffer;
  return graphemes(text.slice(Math.max(0, cursor - 64), cursor)).at(-1)?.length ?? 0;
}

function lengthAfter(buffer: TextBuffer): number {
  const { text, cursor } = buffer;
  return graphemes(text.slice(cursor, cursor + 64))[0]?.length ?? 0;
}

function lineStart(buffer: TextBuffer): number {
  return buffer.text.lastIndexOf('\n', buffer.cursor - 1) + 1;
}

function lineEnd(buffer: TextBuffer): number {
  const end = buffer.text.indexOf('\n', buffer.cursor);
  return end < 0 ? buffer.text.length : end;
}

function wordStart(buffer: TextBuffer): number {
  return /[^\s]*\s*$/.exec(buffer.text.slice(0, buffer.cursor))?.index ?? 0;
}

function wordEnd(buffer: TextBuffer): number {
  const ahead = /^\s*[^\s]*/.exec(buffer.text.slice(buffer.cursor))?.[0] ?? '';
  return buffer.cursor + ahead.length;
}

export function isOnFirstLine(buffer: TextBuffer): boolean {
  return lineStart(buffer) === 0;
}

export function isOnLastLine(buffer: TextBuffer): boolean {
  return lineEnd(buffer) === buffer.text.length;
}

/** The index in the line that begins at `start` behind so many of its characters, or at its end. */
function indexInLine(text: string, start: number, characters: number): number {
  const end = lineEnd({ text, cursor: start });
  return start + graphemes(text.slice(start, end)).slice(0, characters).join('').length;
}

function columnOf(buffer: TextBuffer): number {
  return graphemes(buffer.text.slice(lineStart(buffer), buffer.cursor)).length;
}

function lineAbove(buffer: TextBuffer): number {
  const start = lineStart(buffer);
  if (start === 0) return 0;
  return indexInLine(buffer.text, lineStart({ text: buffer.text, cursor: start - 1 }), columnOf(buffer));
}

function lineBelow(buffer: TextBuffer): number {
  const end = lineEnd(buffer);
  if (end === buffer.text.length) return end;
  return indexInLine(buffer.text, end + 1, columnOf(buffer));
}

function target(buffer: TextBuffer, move: CursorMove): number {
  switch (move) {
    case 'left':
      return buffer.cursor - lengthBefore(buffer);
    case 'right':
      return buffer.cursor + lengthAfter(buffer);
    case 'home':
      return lineStart(buffer);
    case 'end':
      return lineEnd(buffer);
    case 'up':
      return lineAbove(buffer);
    case 'down':
      return lineBelow(buffer);
    case 'word-left':
      return wordStart(buffer);
    case 'word-right':
      return wordEnd(buffer);
  }
}

export function moveCursor(buffer: TextBuffer, move: CursorMove): TextBuffer {
  return { text: buffer.text, cursor: target(buffer, move) };
}

/** Removes what lies between the cursor and where it would move to. */
export function deleteTo(buffer: TextBuffer, move: CursorMove): TextBuffer {
  const to = target(buffer, move);
  const from = Math.min(to, buffer.cursor);
  return { text: buffer.text.slice(0, from) + buffer.text.slice(Math.max(to, buffer.cursor)), cursor: from };
}
