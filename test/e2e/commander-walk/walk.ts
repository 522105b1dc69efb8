/** A walk through every key of the commander: what is pressed where, and what the screen shows then. */
import { composer, filter, lists } from './lists.ts';
import { detail, messages } from './messages.ts';
import { asking, overlays, sheets } from './overlays.ts';
import { registrations } from './registrations.ts';
import type { Step } from './step.ts';

export const keySteps: readonly Step[] = [
  ...lists,
  ...composer,
  ...messages,
  ...detail,
  ...filter,
  ...overlays,
  ...sheets,
  ...asking,
  ...registrations,
];
