import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { say } from './messages';
import { Button } from './ui';

interface Props {
  title: string; kind?: 'pane' | 'box'; onClose: () => void; children: ComponentChildren; footer?: ComponentChildren; subtitle?: ComponentChildren;
  /** focus is the id of the field that the person came for. */
  focus?: string;
}

/** Dialog is a pane at the side or a box in the middle. The browser keeps the focus in it, and gives it back. */
export function Dialog({ title, subtitle, kind = 'box', onClose, children, footer, focus }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  // At once, not after the paint: when one dialog replaces another, the first has to give the focus back before the second takes it.
  useLayoutEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    const dialog = element.current;
    dialog?.showModal();
    if (focus) document.getElementById(focus)?.focus();
    // Behind an open dialog nothing takes the focus.
    return () => { dialog?.close(); before?.focus?.(); };
  }, []);
  return (
    <dialog
      ref={element} class={kind} aria-labelledby="dialog-title"
      onCancel={(event) => { event.preventDefault(); onClose(); }}
      onMouseDown={(event) => { if (event.target === element.current) onClose(); }}
    >
      <div class="inside">
        <header>
          <div class="titles"><h2 id="dialog-title">{title}</h2>{subtitle && <div class="subtitle">{subtitle}</div>}</div>
          <Button kind="subtle" icon="dismiss_16_regular" aria-label={say.close} onClick={onClose} />
        </header>
        <div class="body" tabIndex={0} role="group" aria-labelledby="dialog-title">{children}</div>
        {footer && <footer>{footer}</footer>}
      </div>
    </dialog>
  );
}
