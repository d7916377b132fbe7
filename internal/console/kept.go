/*
Copyright The Incident Operator Authors.

Licensed under the Apache License, Version 2.0 (the "License");
you may not use this file except in compliance with the License.
You may obtain a copy of the License at

    http://www.apache.org/licenses/LICENSE-2.0

Unless required by applicable law or agreed to in writing, software
distributed under the License is distributed on an "AS IS" BASIS,
WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
See the License for the specific language governing permissions and
limitations under the License.
*/

package console

import (
	"maps"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// others is how many incidents are kept that are not of a list.
func (f *feed) others(of *list) int {
	f.mutex.RLock()
	defer f.mutex.RUnlock()
	number := 0
	for _, incident := range f.incidents {
		if !of.covers(incident) {
			number++
		}
	}
	return number
}

// replace puts what was read in the place of what was known of a list.
func (f *feed) replace(of *list, read map[string]*query.Prepared) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.lists[of.namespace] != of {
		return
	}
	for key, incident := range read {
		if known := f.incidents[key]; known == nil || known.ResourceVersion != incident.ResourceVersion {
			f.tell(key)
		}
	}
	for key, incident := range f.incidents {
		if of.covers(incident) && read[key] == nil {
			delete(f.incidents, key)
			f.tell(key)
		}
	}
	maps.Copy(f.incidents, read)
	of.ready, of.err = true, nil
	f.tell("")
}

func (f *feed) take(of *list, incident *v1alpha1.Incident, deleted bool) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.lists[of.namespace] != of {
		return
	}
	key := actions.KeyOf(incident)
	if deleted {
		delete(f.incidents, key)
	} else {
		f.incidents[key] = query.Prepare(slim(incident))
	}
	f.tell(key)
}

// fail keeps what is known of a list while the API server is away, and forgets it once the right to read it is gone. There
// may be another right then.
func (f *feed) fail(of *list, err error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.lists[of.namespace] != of {
		return
	}
	if mayNotList(err) {
		if !mayNotList(of.err) {
			f.wanted++
			f.look()
		}
		of.ready = false
		f.forget(of)
	}
	of.err = err
	f.tell("")
}

// forget needs the mutex.
func (f *feed) forget(of *list) {
	for key, incident := range f.incidents {
		if of.covers(incident) {
			delete(f.incidents, key)
			f.tell(key)
		}
	}
}

// standing says whether all that may be read was read once, and why something cannot be read. A list without a right is told
// only if there is no other: the rest is all that the person may see. The mutex must be held.
func (f *feed) standing() (ready bool, err error) {
	if f.reach == nil || f.err != nil {
		return false, f.err
	}
	ready, forbidden := true, error(nil)
	reading := 0
	for _, namespace := range f.reach.lists() {
		switch one := f.lists[namespace]; {
		case one == nil:
			ready = false
			reading++
		case mayNotList(one.err):
			forbidden = one.err
		default:
			reading++
			ready = ready && one.ready
			if one.err != nil {
				err = one.err
			}
		}
	}
	if reading == 0 {
		return false, forbidden
	}
	return ready, err
}

// state is what is known of the feed itself.
func (f *feed) state() (version int64, ready bool, err error) {
	f.mutex.RLock()
	defer f.mutex.RUnlock()
	ready, err = f.standing()
	return f.version, ready, err
}

// snapshot returns what is known now, which must not be changed, and why there may be more.
func (f *feed) snapshot() (incidents []*query.Prepared, err error) {
	f.mutex.RLock()
	defer f.mutex.RUnlock()
	incidents = make([]*query.Prepared, 0, len(f.incidents))
	for _, incident := range f.incidents {
		incidents = append(incidents, incident)
	}
	_, err = f.standing()
	return incidents, err
}

// kept returns a copy of an incident that is followed; nil if it is not, or is another one by now.
func (f *feed) kept(one named) *v1alpha1.Incident {
	f.mutex.RLock()
	defer f.mutex.RUnlock()
	incident := f.incidents[one.Namespace+"/"+one.Name]
	if ready, err := f.standing(); !ready || err != nil || incident == nil || string(incident.UID) != one.UID {
		return nil
	}
	return incident.DeepCopy()
}
