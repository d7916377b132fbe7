import { useEffect, useRef, useState } from 'preact/hooks';

/** Route is where one is, as the address says. */
export interface Route { cluster: string; namespace?: string; name?: string; tab?: string; search: URLSearchParams; known: boolean }

export function route(): Route {
  const parts = location.pathname.split('/').slice(1).map(decode);
  const search = new URLSearchParams(location.search);
  const [cluster = '', page, namespace, name, tab] = parts;
  const known = location.pathname === '/' || (page === 'incidents' && (parts.length === 2 || parts.length === 4 || parts.length === 5));
  return { cluster, namespace, name, tab, search, known };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const moved = 'console-moved';

/** Left is where one was on a page that one left: how far down, and the link or field that had the focus. */
interface Left { down: number; focus: string }

function left(): Left {
  const on = document.activeElement;
  const href = on?.closest('a')?.getAttribute('href');
  return { down: scrollY, focus: href ? `a[href=${JSON.stringify(href)}]` : on?.id ? `#${CSS.escape(on.id)}` : '' };
}

/** go leads to another address of the console. */
export function go(to: string, replace = false): void {
  const from = location.pathname;
  if (!replace) history.replaceState(left(), '');
  history[replace ? 'replaceState' : 'pushState'](null, '', to);
  window.dispatchEvent(new Event(moved));
  if (location.pathname !== from) scrollTo(0, 0);
}

/** useReturn brings one back to where one left a page, once that shows again what it showed. */
export function useReturn(shown: boolean): void {
  const to = useRef<Left | null>(history.state);
  useEffect(() => {
    const look = (event: PopStateEvent) => { to.current = event.state; };
    window.addEventListener('popstate', look);
    return () => window.removeEventListener('popstate', look);
  }, []);
  useEffect(() => {
    if (!shown || !to.current) return;
    const { down, focus } = to.current;
    to.current = null;
    if (focus) document.querySelector<HTMLElement>(focus)?.focus({ preventScroll: true });
    scrollTo(0, down);
  }, [shown]);
}

export function useRoute(): Route {
  const [at, set] = useState(route);
  useEffect(() => {
    const look = () => set(route());
    for (const event of ['popstate', moved]) window.addEventListener(event, look);
    return () => ['popstate', moved].forEach((event) => window.removeEventListener(event, look));
  }, []);
  return at;
}

export const queuePath = (cluster: string, search = '') => `/${encodeURIComponent(cluster)}/incidents${search ? `?${search}` : ''}`;

export const incidentPath = (cluster: string, of: { namespace: string; name: string }, tab = '', search = '') =>
  `/${encodeURIComponent(cluster)}/incidents/${of.namespace}/${of.name}${tab ? `/${tab}` : ''}${search ? `?${search}` : ''}`;

/** follows makes a link lead to an address without loading the page anew. */
export function follows(event: MouseEvent): void {
  const link = (event.target as Element).closest('a');
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.target) return;
  event.preventDefault();
  go(link.pathname + link.search);
}
