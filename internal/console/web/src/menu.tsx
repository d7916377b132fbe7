import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './ui';

/** place puts a menu below its button, within the window. */
function place(menu: HTMLElement): void {
  const at = menu.previousElementSibling!.getBoundingClientRect();
  menu.style.top = `${Math.max(8, Math.min(at.bottom + 4, innerHeight - menu.offsetHeight - 8))}px`;
  menu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - menu.offsetWidth - 8))}px`;
}

interface Props { id: string; label: string; face: ComponentChildren; class?: string; onOpen?: () => void; children: () => ComponentChildren }

/** Menu is a button with what it opens. That is made when it opens, so that a page with many menus stays small. */
export function Menu({ id, label, face, class: of = '', onOpen, children }: Props) {
  const [open, setOpen] = useState(false);
  const menu = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => { if (open) { place(menu.current!); onOpen?.(); } }, [open]);
  return (
    <span class="facet">
      <button type="button" class={`button ${of}`} popovertarget={id}>{face}<Icon name="chevron_down_16_regular" /></button>
      <div id={id} ref={menu} popover="auto" class="menu" role="group" aria-label={label} onToggle={(event) => setOpen((event as ToggleEvent).newState === 'open')}>{open && children()}</div>
    </span>
  );
}
