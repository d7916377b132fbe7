import { useEffect, useState } from 'preact/hooks';
import { Failure, post } from './api';
import { Dialog } from './dialog';
import { plural } from './format';
import { AlertSummary, OutcomeList } from './foresight';
import { toast } from './toast';
import type { Ended, Foreseen, Incident } from './types';
import { Banner, Button, Skeleton, Text } from './ui';

type Reversal = Foreseen & { entry: number; describe: string; moves?: string[]; to?: string };

/** Undo shows what reverting the last change would do, and does it. */
export function Undo({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const named = { namespace: incident.namespace, name: incident.name, uid: incident.uid };
  const [found, setFound] = useState<Reversal>();
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const fail = (error: unknown) => setProblem(error instanceof Failure ? error.problem.message : String(error));
  useEffect(() => { post<Reversal>('/api/undo/preview', { incident: named, entry: 0 }).then(setFound, fail); }, []);
  const undo = async () => {
    setBusy(true);
    try {
      const lines = await post<Ended[]>('/api/undo', { incident: named, entry: found!.entry });
      const failed = lines.find((line) => line.problem);
      if (failed) return setProblem(`${failed.object}: ${failed.problem!.message}`);
      toast('Undone');
      onClose();
    } catch (error) {
      fail(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title="Undo the last change" onClose={onClose} footer={<div class="buttons"><Button kind="primary" disabled={!found || busy} onClick={() => void undo()}>Undo</Button><Button onClick={onClose}>Cancel</Button></div>}>
      {problem && <Banner kind="warning" icon="warning_16_filled"><Text>{problem}</Text></Banner>}
      {!found && !problem && <Skeleton lines={4} />}
      {found && <>
        <p>This reverts <Text>{found.describe}</Text>.</p>
        {(found.fields ?? []).map((field) => <p key={field.Field} class="turn"><span class="quiet">{field.Field}</span> <Text>{field.From || 'none'}</Text> → <b><Text>{field.To || 'none'}</Text></b></p>)}
        {found.moves ? <p>{plural(found.moves.length, 'alert')} go back to <b>{found.to || 'no incident'}</b>.</p> : <><p><AlertSummary of={found} /></p><OutcomeList all={found.alerts} /></>}
      </>}
    </Dialog>
  );
}
