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
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// titles are of the kind that detectors write.
var titles = []string{
	"Phishing mail reported by several people", "Crypto mining in a build pod", "Impossible travel", "Shell spawned in a container of the payment service",
	"Brute force against the VPN", "Access key used from a new country", "Malware in a shared folder", "Privileged pod created outside of the pipeline",
	"Data sent to a new domain", "Service account token read from a mounted volume", "Login to a break-glass account", "Kernel module loaded on a node",
}

func seedQueue(t testing.TB, namespace string) {
	t.Helper()
	severities := v1alpha1.Severities()
	people := []string{"", alice, bob, alice, ""}
	tags := [][]v1alpha1.Tag{{"Crown Jewels: HR 2026"}, {"Phishing", "External"}, nil, {"Ransomware"}, {"VIP"}}
	stagedAttack(t, namespace, func(i *v1alpha1.Incident) {
		i.Spec.Tags = []v1alpha1.Tag{"Ransomware", "Crown Jewels: HR 2026", "Finance"}
		i.Spec.Description = "Began at a workstation of the finance department.\nThe domain controllers are not touched as far as is known."
	})
	for n, title := range titles {
		anIncident(t, namespace, fmt.Sprintf("inc-%03d", n+1), 1+n%4, func(i *v1alpha1.Incident) {
			i.Spec.Name, i.Spec.Assignee, i.Spec.Tags, i.Spec.Severity = title, people[n%len(people)], tags[n%len(tags)], severities[n%len(severities)]
			switch n % 6 {
			case 2:
				i.Spec.Resolution.State = v1alpha1.ResolutionInProgress
			case 5:
				i.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "A drill."}
			}
		})
		if n%3 == 0 { // These have something to do with the attack.
			anAlert(t, namespace, fmt.Sprintf("inc-%03d-shared", n+1), fmt.Sprintf("inc-%03d", n+1), func(a *v1alpha1.Alert) {
				a.Spec.Evidence = []v1alpha1.Evidence{
					{Kind: v1alpha1.EvidenceDevice, Name: fmt.Sprintf("fin-ws-%02d", 1+n%5)},
					{Kind: v1alpha1.EvidenceUser, Name: "CONTOSO\\j.doe"},
					{Kind: v1alpha1.EvidenceIP, Name: fmt.Sprintf("203.0.113.%d", 10+n/3)},
				}[:1+n%4%3]
			})
		}
	}
}

// agedQueue has incidents of all ages, which only a cluster in memory takes.
func agedQueue() []client.Object {
	severities, people := v1alpha1.Severities(), []string{"", alice, bob, ""}
	tags := [][]v1alpha1.Tag{{"Crown Jewels: HR 2026"}, {"Phishing", "External"}, nil, {"Ransomware"}, {"VIP"}}
	categories := [][]string{{"InitialAccess", "Execution", "Impact"}, {"Execution"}, {"CredentialAccess", "LateralMovement"}, {"Exfiltration"}}
	var objects []client.Object
	for n := range 72 {
		age := time.Duration(n*283+(n*n*37)%900) * time.Minute
		total := int32(1 + n*7%19)
		active := total - total*int32(n%4)/4
		at := metav1.NewTime(time.Now().Add(-age / 3))
		incident := &v1alpha1.Incident{ObjectMeta: metav1.ObjectMeta{
			Namespace: "soc", Name: fmt.Sprintf("inc-%03d", 172-n), UID: types.UID(fmt.Sprint(n)), CreationTimestamp: metav1.NewTime(time.Now().Add(-age)),
		}}
		incident.Spec.Name, incident.Spec.Assignee, incident.Spec.Tags = titles[n%len(titles)], people[n%len(people)], tags[n*3%len(tags)]
		incident.Status = v1alpha1.IncidentStatus{
			Severity: severities[(n*7/3+n*n)%len(severities)], Categories: categories[n%len(categories)], LastActivityTime: &at,
			Alerts: v1alpha1.AlertCounts{Active: &active, Total: &total},
		}
		switch {
		case n%5 == 2:
			incident.Spec.Resolution.State = v1alpha1.ResolutionInProgress
		case n > 6 && n%4 != 0:
			incident.Spec.Resolution.State, incident.Status.ResolvedTime = v1alpha1.ResolutionResolved, &at
		}
		objects = append(objects, incident)
	}
	return objects
}

// TestPictureOfTheQueue takes the picture of docs/console.md.
func TestPictureOfTheQueue(t *testing.T) {
	d, w := serve(t, inMemory(agedQueue()...)), newTab(t)
	w.size(1280, 800)
	w.visit(d.link("/" + clusterName + "/incidents"))
	w.await(rows + " > 20 && document.querySelectorAll('.days .opened').length === 14")
	w.shoot("console-queue")
}

// TestPictures takes pictures of the pages, for people to look at.
func TestPictures(t *testing.T) {
	if os.Getenv("SCREENSHOTS") == "" {
		t.Log("SCREENSHOTS names no folder: no pictures are taken. TestAccessibility opens the same pages.")
		return
	}
	namespace := newNamespace(t)
	seedQueue(t, namespace)
	settle(t, namespace, "staged-attack", func(i *v1alpha1.Incident) bool {
		return i.Status.Alerts.Summary == "23/23" && i.Status.Activity.Entries > 0
	})
	comment := &v1alpha1.Comment{}
	comment.Namespace, comment.GenerateName = namespace, "c-"
	comment.Spec.IncidentRef.Name, comment.Spec.Text = "staged-attack", "Isolated fin-ws-02 and reset the password of j.doe.\nWaiting for the memory image."
	if err := as(t, bob).Create(context.Background(), comment); err != nil {
		t.Fatal(err)
	}
	d, w := open(t, alice), newTab(t)
	queue := "/" + clusterName + "/incidents?namespace=" + namespace
	page := "/" + clusterName + "/incidents/" + namespace + "/staged-attack"
	w.visit(d.link(queue))
	w.await(rows + " > 5")
	for _, theme := range []string{"light", "dark"} {
		w.media("prefers-color-scheme", theme)
		for _, width := range []int64{1440, 1024, 390} {
			w.size(width, 900)
			at := fmt.Sprintf("%s-%d", theme, width)
			w.visit(d.url + queue)
			w.await(rows + " > 5")
			w.shoot("queue-" + at)
			for name, tab := range map[string]string{
				"summary": "", "alerts": "/alerts", "evidence": "/evidence", "related": "/related", "activities": "/activities", "comments": "/comments",
			} {
				w.visit(d.url + page + tab)
				w.await("document.querySelector('.tabs') && !document.querySelector('.skeleton')")
				w.shoot("incident-" + name + "-" + at)
			}
			w.click("button", "Manage incident")
			w.await("document.querySelector('#m-name')")
			eval[bool](w, `([...document.querySelectorAll('.segments label')].at(-1).click(), true)`)
			w.await("document.querySelector('.foresight details')")
			w.shoot("manage-" + at)
			w.visit(d.url + page)
			w.click("button", "Merge")
			w.fill("#g-into", "phish")
			w.click("[role=option]", "Phishing mail")
			w.awaitText("A merge cannot be undone.")
			w.shoot("merge-" + at)
			w.visit(d.url + queue)
			w.await("document.querySelectorAll('tbody input[type=checkbox]').length > 5")
			eval[bool](w, "([...document.querySelectorAll('tbody input[type=checkbox]')].slice(0, 3).forEach((box) => box.click()), true)")
			w.click(".bulk button", "State")
			w.choose("#b-select", "Resolved")
			w.awaitText("incidents change")
			w.shoot("bulk-" + at)
			for name, address := range map[string]string{"wrong": queue + "&tag=nobody&severity=Huge", "gone": "/" + clusterName + "/incidents/" + namespace + "/nowhere", "cluster": "/other/incidents"} {
				w.visit(d.url + address)
				w.await("document.querySelector('.empty')")
				w.shoot(name + "-" + at)
			}
			w.expectProblems() // One of these is not there.
		}
	}
}

// TestPicturesOfStates takes pictures of what shows when there is nothing to show, and of what opens.
func TestPicturesOfStates(t *testing.T) {
	if os.Getenv("SCREENSHOTS") == "" {
		t.Log("SCREENSHOTS names no folder: no pictures are taken. Other tests open the same.")
		return
	}
	namespace, empty := newNamespace(t), newNamespace(t)
	seedQueue(t, namespace)
	anIncident(t, empty, "alone", 0)
	settle(t, namespace, "staged-attack", func(i *v1alpha1.Incident) bool { return i.Status.Alerts.Summary == "23/23" })
	d, w := open(t, alice), newTab(t)
	none := open(t, eve)
	w.visit(d.link(queuePath(namespace, "")))
	w.await(rows + " > 5")
	c, other := startConsole(t, "default"), newTab(t).trusting()
	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int64{1440, 1024, 390} {
			at := fmt.Sprintf("%s-%d", theme, width)
			for _, one := range []*tab{w, other} {
				one.media("prefers-color-scheme", theme)
				one.size(width, 900)
			}
			look := func(name, path, shown string, steps ...func()) {
				t.Helper()
				w.visit(d.url + path)
				w.await(shown)
				for _, step := range steps {
					step()
				}
				w.shoot(name + "-" + at)
			}
			look("empty", queuePath(empty, "&state=Resolved"), "document.querySelector('.empty')")
			look("empty-incident", incidentPath(empty, "alone", ""), "document.querySelector('.empty')")
			look("empty-alerts", incidentPath(empty, "alone", "/alerts"), "document.querySelector('.empty')")
			look("empty-comments", incidentPath(empty, "alone", "/comments"), "document.querySelector('.empty')")
			look("empty-related", incidentPath(empty, "alone", "/related"), "document.querySelector('.empty')")
			look("grouped", incidentPath(namespace, "staged-attack", "/alerts?group=entity"), "document.querySelector('.group button')", func() { w.click(".group button", "fin-ws-01") })
			look("opened", incidentPath(namespace, "staged-attack", "/alerts"), "document.querySelector('tbody .title')", func() {
				w.click("tbody button.title", "Ransomware")
				w.await("document.querySelector('.alert-detail')")
			})
			look("menu", queuePath(namespace, ""), "document.querySelector('tbody tr')", func() { w.click(".filters button", "Assignee") })
			look("account", queuePath(namespace, ""), "document.querySelector('tbody tr')", func() { w.click("button.account", "") })
			look("where", queuePath(namespace, ""), "document.querySelector('tbody tr')", func() { w.click(".where button", "") })
			look("keys", queuePath(namespace, ""), "document.querySelector('tbody tr')", func() { eval[bool](w, "(document.dispatchEvent(new KeyboardEvent('keydown', {key: '?'})), true)") })
			look("selected", queuePath(namespace, ""), "document.querySelector('tbody input')", func() { w.click("thead input[type=checkbox]", "") })
			w.visit(none.link("/"))
			w.awaitText("You have no right to see this")
			w.shoot("forbidden-" + at)
			w.visit(none.url + "/no/such/page/here")
			w.awaitText("There is no such page")
			w.shoot("no-page-" + at)
			w.expectProblems()
			other.visit(c.url + "/")
			other.awaitText("You are not signed in")
			other.shoot("sign-in-" + at)
			other.expectProblems()
		}
	}
}
