import { useEffect, useState } from 'preact/hooks';

const changed = 'console-setting';

const keyOf = (name: string) => `incident-console-${name}`;

/** setting is what the person chose, on this machine. */
export const setting = (name: string, fallback: string) => localStorage.getItem(keyOf(name)) ?? fallback;

export function choose(name: string, value: string): void {
  localStorage.setItem(keyOf(name), value);
  window.dispatchEvent(new Event(changed));
}

/** useSetting follows what the person chooses. */
export function useSetting(name: string, fallback: string): [string, (value: string) => void] {
  const [value, set] = useState(setting(name, fallback));
  useEffect(() => {
    const look = () => set(setting(name, fallback));
    window.addEventListener(changed, look);
    return () => window.removeEventListener(changed, look);
  }, [name, fallback]);
  return [value, (to) => choose(name, to)];
}
