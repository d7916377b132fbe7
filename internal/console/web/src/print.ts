import { options } from 'preact';
import { useEffect, useState } from 'preact/hooks';

let printing = false;
const listeners = new Set<(on: boolean) => void>();

/** turn draws at once: the browser prints what is there when the event is over. */
function turn(on: boolean): void {
  const usual = options.debounceRendering;
  options.debounceRendering = (draw) => draw();
  printing = on;
  listeners.forEach((listen) => listen(on));
  options.debounceRendering = usual;
}

window.addEventListener('beforeprint', () => turn(true));
window.addEventListener('afterprint', () => turn(false));

/** usePrinting says whether the page is drawn for paper: whole, without controls, and with times that stay true. */
export function usePrinting(): boolean {
  const [on, set] = useState(printing);
  useEffect(() => {
    set(printing);
    listeners.add(set);
    return () => void listeners.delete(set);
  }, []);
  return on;
}
