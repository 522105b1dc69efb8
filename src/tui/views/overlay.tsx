import type { ReactElement } from 'react';
import { frameColumns, overlayRows } from '../state/layout.ts';
import type { Overlay } from '../state/overlay.ts';
import { composeRow, span } from '../text/spans.ts';
import { quitContent, removalContent, rotationContent, sendContent } from './confirm-content.ts';
import { Frame } from './frame.tsx';
import { menuContent } from './menu-content.ts';
import { type Content, type OverlayView, scrolledContent } from './overlay-content.ts';
import { promptContent } from './prompt-content.ts';
import { sheetContent } from './sheet-content.ts';

function contentOf(overlay: Overlay, view: OverlayView): Content {
  switch (overlay.kind) {
    case 'help':
    case 'problems':
    case 'new-device':
      return scrolledContent(overlay, view);
    case 'confirm-send':
      return sendContent(overlay, view);
    case 'confirm-quit':
      return quitContent(overlay, view);
    case 'confirm-removal':
      return removalContent(overlay, view);
    case 'confirm-rotation':
      return rotationContent(overlay, view);
    case 'menu':
      return menuContent(overlay.menu, view);
    case 'prompt':
      return promptContent(overlay.prompt, view);
    case 'device-sheet':
      return sheetContent(overlay.sheet, view);
  }
}

/** Stands in the place of the lists until it is closed or answered. */
export function OverlayPane({ overlay, ...view }: OverlayView & { readonly overlay: Overlay }): ReactElement {
  const { look, layout } = view;
  const content = contentOf(overlay, view);
  const { status = '' } = content;
  return (
    <Frame
      look={look}
      columns={layout.columns}
      rows={overlayRows(layout)}
      title={[span(content.title, 'bold')]}
      status={status === '' ? [] : [span(status, 'dim')]}
      hasFocus
      content={content.rows.map((spans) => composeRow(look, layout.columns - frameColumns, spans))}
    />
  );
}
