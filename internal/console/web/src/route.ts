import { useEffect, useState } from 'preact/hooks';

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

/** go leads to another address of the console. */
export function go(to: string, replace = false): void {
  history[replace ? 'replaceState' : 'pushState'](null, '', to);
  window.dispatchEvent(new Event(moved));
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
