/** A list whose cursor stands on one row and of which so many rows can be seen from `top` on. */
export interface ListPlace {
  readonly index: number;
  readonly top: number;
}

function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(value, max));
}

/** The first row to show so that the cursor is visible, the window is full, and nothing moves that need not. */
export function scrollTop(top: number, index: number, rows: number, count: number): number {
  const visible = clamp(top, index - rows + 1, index);
  return clamp(visible, 0, Math.max(0, count - rows));
}

/** The place after a step of so many rows, at most to either end. */
export function moveBy(place: ListPlace, step: number, rows: number, count: number): ListPlace {
  const index = clamp(place.index + step, 0, Math.max(0, count - 1));
  return { index, top: scrollTop(place.top, index, rows, count) };
}
