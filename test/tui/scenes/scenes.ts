/** Scripted runs of the commander: what happened, and what was pressed, up to a screen that is worth a look. */
import { joiningScenes } from './joining.ts';
import { listScenes } from './lists.ts';
import { overlayScenes } from './overlays.ts';
import { registrationScenes } from './registrations.ts';
import type { Scene } from './room.ts';

export const scenes: readonly Scene[] = [...listScenes, ...overlayScenes, ...registrationScenes, ...joiningScenes];
