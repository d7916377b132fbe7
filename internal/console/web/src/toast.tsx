import { useEffect, useState } from 'preact/hooks';
import { say } from './messages';
import { Button, Icon } from './ui';

interface Message { id: number; kind: 'success' | 'danger'; text: string; action?: { label: string; run: () => void } }

const listeners = new Set<(message: Message) => void>();
let next = 1;

/** toast says for some seconds what was done. */
export function toast(text: string, kind: Message['kind'] = 'success', action?: Message['action']): void {
  const message = { id: next++, kind, text, action };
  listeners.forEach((listen) => listen(message));
}

export function Toasts() {
  const [all, set] = useState<Message[]>([]);
  useEffect(() => {
    const listen = (message: Message) => {
      set((now) => [...now.slice(-2), message]);
      setTimeout(() => set((now) => now.filter((one) => one.id !== message.id)), 10_000);
    };
    listeners.add(listen);
    return () => void listeners.delete(listen);
  }, []);
  const close = (id: number) => set((now) => now.filter((one) => one.id !== id));
  return (
    <div class="toasts" role="status" aria-live="polite">
      {all.map((message) => (
        <div key={message.id} class={`toast ${message.kind}`}>
          <Icon name={message.kind === 'success' ? 'checkmark_circle_16_filled' : 'error_circle_16_filled'} />
          <span class="grow">{message.text}</span>
          {message.action && <Button kind="subtle" onClick={() => { close(message.id); message.action!.run(); }}>{message.action.label}</Button>}
          <Button kind="subtle" icon="dismiss_16_regular" aria-label={say.toast.dismiss} onClick={() => close(message.id)} />
        </div>
      ))}
    </div>
  );
}
