import { useEffect, useState } from 'preact/hooks';
import { Failure, post } from './api';
import { count, form, plural, word } from './format';
import { say, sentence } from './messages';
import type { Chosen, Edit, Foreseen, Outcome, Outcomes, Preview } from './types';
import { Icon, Text } from './ui';

export interface Previewed { found?: Preview; problem?: string; busy: boolean }

/** usePreview asks what a change would do, a moment after it was last changed. */
export function usePreview(asked: (Chosen & { edit: Edit }) | undefined): Previewed {
  const [state, set] = useState<Previewed>({ busy: false });
  const body = asked ? JSON.stringify(asked) : '';
  useEffect(() => {
    if (!body) return set({ busy: false });
    const stop = new AbortController();
    set((now) => ({ ...now, busy: true }));
    const timer = setTimeout(() => {
      post<Preview>('/api/preview', JSON.parse(body), stop.signal).then(
        (found) => set({ found, busy: false }),
        (error) => { if (!stop.signal.aborted) set({ problem: error instanceof Failure ? error.problem.message : String(error), busy: false }); },
      );
    }, 250);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [body]);
  return state;
}

const arrow = (label: string, from: string, to: string) => (
  <span class="turn"><span class="quiet">{label}</span> <Text>{from || say.nobody}</Text> <span role="img" aria-label={say.becomes}>→</span> <b><Text>{to || say.nobody}</Text></b></span>
);

/** OutcomeList says of each alert what it becomes. */
export function OutcomeList({ all }: { all: Outcome[] }) {
  return (
    <ul class="outcomes">
      {all.map((one) => (
        <li key={one.Alert}>
          <span class="mono"><Text>{one.Alert}</Text></span>
          {one.Before.Assignee !== one.After.Assignee && arrow(say.foresight.assignee, one.Before.Assignee, one.After.Assignee)}
          {one.Before.State !== one.After.State && arrow(say.foresight.state, word(one.Before.State), word(one.After.State))}
          {one.Before.Incident !== one.After.Incident && arrow(say.foresight.incident, one.Before.Incident || say.none, one.After.Incident || say.none)}
        </li>
      ))}
    </ul>
  );
}

/** keptBy says who keeps alerts that the change does not reach. */
function keptBy(kept: Outcome[]): string {
  const names = [...new Set(kept.map((one) => one.After.Assignee).filter(Boolean))];
  return names.length === 1 ? sentence(say.foresight.ofOne, { who: names[0]! }) : '';
}

export function AlertSummary({ of }: { of: Outcomes }) {
  if (of.changes + of.stays === 0) return <>{say.foresight.noAlerts}</>;
  return <>{of.changes === 0 ? say.foresight.nothing : <><b>{plural(of.changes, say.alert)}</b> {form(of.changes, say.foresight.change)}</>}{of.stays > 0 && <>; {plural(of.stays, say.foresight.stay)}<Text>{keptBy(of.kept)}</Text></>}.</>;
}

/** Foresight says what saving would do, before it is done. */
export function Foresight({ preview, idle }: { preview: Previewed; idle: boolean }) {
  const one: Foreseen | undefined = preview.found?.incidents[0];
  return (
    <div class="foresight" role="status" aria-live="polite" aria-busy={preview.busy}>
      {preview.problem ? <span class="bad"><Icon name="error_circle_16_filled" /><Text>{preview.problem}</Text></span>
        : one?.refusal ? <span class="bad"><Icon name="error_circle_16_filled" /><Text>{one.refusal}</Text></span>
          : one ? <details>
            <summary><Icon name="alert_16_regular" /><span class="grow"><AlertSummary of={one} /></span><span class="each when-closed">{say.foresight.each}</span><span class="each when-open">{say.foresight.hide}</span></summary>
            <div class="detail">
              <OutcomeList all={one.alerts} />
              {one.changes > one.alerts.length && <p class="quiet">{sentence(say.foresight.more, { number: count(one.changes - one.alerts.length) })}</p>}
              {one.kept.length > 0 && <p class="quiet">{sentence(say.foresight.stays, { alerts: one.kept.slice(0, 20).map((kept) => kept.Alert).join(', ') + (one.stays > 20 ? ' …' : '') })}</p>}
            </div>
          </details>
            : <span class="quiet">{preview.busy ? say.foresight.looking : idle ? say.foresight.noAlertChanges : say.foresight.before}</span>}
    </div>
  );
}
