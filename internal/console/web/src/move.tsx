import { useEffect, useState } from 'preact/hooks';
import { Failure, post, postLines } from './api';
import { Combobox } from './combobox';
import { Dialog } from './dialog';
import { plural } from './format';
import { AlertSummary, OutcomeList } from './foresight';
import { toast } from './toast';
import type { Ended, Incident, Outcomes } from './types';
import { Banner, Button, Field, Text } from './ui';

interface Props { incident: Incident; alerts: string[]; to?: string; onClose: (done: boolean) => void }

/** Move takes alerts to another incident, or to none, and shows before what each gives back and takes over. */
export function Move({ incident, alerts, to: dropped, onClose }: Props) {
  const [to, setTo] = useState(dropped ?? '');
  const [chosen, setChosen] = useState(dropped);
  const [reason, setReason] = useState('');
  const [preview, setPreview] = useState<Outcomes>();
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const body = { namespace: incident.namespace, alerts, from: incident.name, to: chosen ?? '', reason: reason.trim() };
  const fail = (error: unknown) => setProblem(error instanceof Failure ? error.problem.message : String(error));
  useEffect(() => {
    setPreview(undefined);
    setProblem('');
    if (chosen === undefined) return;
    const stop = new AbortController();
    post<Outcomes>('/api/moves/preview', body, stop.signal).then(setPreview, (error) => { if (!stop.signal.aborted) fail(error); });
    return () => stop.abort();
  }, [chosen]);
  const move = async () => {
    setBusy(true);
    const failed: Ended[] = [];
    try {
      await postLines('/api/moves', body, (line) => { if (line.problem) failed.push(line); });
      if (failed.length) return setProblem(`${failed[0]!.object}: ${failed[0]!.problem!.message}`);
      toast(chosen ? `${plural(alerts.length, 'alert')} moved to ${chosen}` : `${plural(alerts.length, 'alert')} unlinked`);
      onClose(true);
    } catch (error) {
      fail(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={`Move ${plural(alerts.length, 'alert')}`} onClose={() => onClose(false)}
      footer={<div class="buttons"><Button kind="primary" disabled={!preview || busy} onClick={() => void move()}>{chosen === '' ? 'Unlink' : 'Move'}</Button><Button onClick={() => onClose(false)}>Cancel</Button></div>}
    >
      {problem && <Banner kind="danger" icon="error_circle_16_filled"><Text>{problem}</Text></Banner>}
      <Field label="To which incident" id="v-to" hint={<button type="button" class="link" onClick={() => { setTo(''); setChosen(''); }}>To none: unlink</button>}>
        <Combobox id="v-to" kind="incident" namespace={incident.namespace} text={to} without={[incident.name]} placeholder="Name or title" onText={(text) => { setTo(text); setChosen(undefined); }} onChoose={(name) => { setTo(name); setChosen(name); }} />
      </Field>
      <Field label="Reason" id="v-reason" hint="It stands in the logs of both incidents.">
        <input id="v-reason" class="input" maxLength={256} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </Field>
      {preview && <section class="foreknown" aria-live="polite" aria-label="Preview"><p><AlertSummary of={preview} /></p><OutcomeList all={preview.alerts} /></section>}
    </Dialog>
  );
}
