import { useEffect, useState } from 'preact/hooks';
import { Failure, get } from './api';
import { Dialog } from './dialog';
import { count, plural, visible } from './format';
import { say, sentence } from './messages';
import { MovePreview, Reason } from './move';
import { useMove } from './moving';
import { toast } from './toast';
import type { Incident, Unlinked } from './types';
import { Banner, Button, Icon, SeverityMark, Skeleton, Text, Time } from './ui';

/** useUnlinked asks for alerts of no incident that mention a text, a moment after the last key. */
function useUnlinked(namespace: string, text: string): { found?: Unlinked; problem: string } {
  const [found, setFound] = useState<Unlinked>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      get<Unlinked>(`/api/unlinked?${new URLSearchParams({ namespace, text })}`, stop.signal).then(
        (answer) => { setFound(answer); setProblem(''); },
        (error) => { if (!stop.signal.aborted) setProblem(error instanceof Failure ? error.problem.message : String(error)); },
      );
    }, 150);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [namespace, text]);
  return { found, problem };
}

/** Link takes alerts of no incident into this one, and shows before what each takes over. */
export function Link({ incident, onClose }: { incident: Incident; onClose: (done: boolean) => void }) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<string[]>([]);
  const [reason, setReason] = useState('');
  const unlinked = useUnlinked(incident.namespace, text);
  const { preview, problem, busy, move } = useMove(incident.namespace, '', chosen, { to: incident.name });
  const start = async () => {
    if (await move(reason) === undefined) return;
    toast(sentence(say.link.done, { alerts: plural(chosen.length, say.alert) }));
    onClose(true);
  };
  const toggle = (name: string, on: boolean) => setChosen((now) => (on ? [...now, name] : now.filter((one) => one !== name)));
  const wrong = problem || unlinked.problem;
  return (
    <Dialog
      title={say.link.title} subtitle={<Text>{incident.title}</Text>} onClose={() => onClose(false)} focus="l-text"
      footer={<div class="buttons"><Button kind="primary" disabled={!preview || busy} onClick={() => void start()}>{chosen.length > 0 ? sentence(say.link.linkSome, { number: count(chosen.length) }) : say.link.link}</Button><Button onClick={() => onClose(false)}>{say.cancel}</Button></div>}
    >
      {wrong && <Banner kind="danger" icon="error_circle_16_filled"><Text>{wrong}</Text></Banner>}
      <label class="search input-like wide" for="l-text"><Icon name="search_16_regular" /><span class="hidden">{say.link.find}</span><input id="l-text" type="search" maxLength={256} placeholder={say.link.find} value={text} onInput={(event) => setText(event.currentTarget.value)} /></label>
      {!unlinked.found && !unlinked.problem && <Skeleton lines={4} />}
      {unlinked.found && <Choices of={unlinked.found} namespace={incident.namespace} searched={text !== ''} chosen={chosen} onToggle={toggle} />}
      <Reason id="l-reason" value={reason} onInput={setReason} hint={say.link.reasonHint} />
      <MovePreview of={chosen.length > 0 ? preview : undefined} />
    </Dialog>
  );
}

interface ChoicesProps { of: Unlinked; namespace: string; searched: boolean; chosen: string[]; onToggle: (name: string, on: boolean) => void }

function Choices({ of, namespace, searched, chosen, onToggle }: ChoicesProps) {
  const kept = chosen.filter((name) => !of.alerts.some((row) => row.name === name)).length;
  return (
    <>
      <p class="quiet" role="status">{of.alerts.length === 0 ? (searched ? say.link.noMatch : sentence(say.link.none, { namespace })) : plural(of.alerts.length + of.more, say.alert)}{of.more > 0 && sentence(say.link.latest, { number: count(of.alerts.length) })}{kept > 0 && sentence(say.link.moreChosen, { number: count(kept) })}</p>
      {of.alerts.length > 0 && <ul class="choose">{of.alerts.map((row) => (
        <li key={row.name}><label class="check">
          <input type="checkbox" checked={chosen.includes(row.name)} aria-label={sentence(say.link.choose, { title: visible(row.title) })} onChange={(event) => onToggle(row.name, event.currentTarget.checked)} />
          <SeverityMark of={row.severity} /><span class="grow"><b><Text>{row.title}</Text></b> <span class="mono quiet"><Text>{row.name}</Text></span></span><span class="quiet wide-only"><Text>{row.service}</Text></span><Time at={row.last} />
        </label></li>
      ))}</ul>}
    </>
  );
}
