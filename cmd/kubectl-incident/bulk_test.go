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

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// interruptedAt has the command interrupted while a patch is under way, and returns its context.
func (c *cluster) interruptedAt() context.Context {
	ctx, interrupt := context.WithCancel(c.t.Context())
	c.intercept.Patch = func(ctx context.Context, w client.WithWatch, object client.Object, p client.Patch, options ...client.PatchOption) error {
		interrupt()
		return w.Patch(ctx, object, p, options...)
	}
	return ctx
}

// TestRestAfterInterrupt says that the same command does the rest only where it does.
func TestRestAfterInterrupt(t *testing.T) {
	var objects []client.Object
	for i := range 30 {
		objects = append(objects, anIncident(fmt.Sprintf("inc-%02d", i)), anAlert(fmt.Sprintf("a-%02d", i), "inc-00"))
	}
	for command, want := range map[string]string{
		"start --unassigned":             "What is listed as done is done; the same command again does the rest.\n",
		"move --from inc-00 --to inc-01": "What is listed as done is done; the same command again does the rest.\n",
		"move --from inc-00 --unlink":    "What is listed as done is done; the same command again does the rest.\n",
		"move --from inc-00 --new=fresh": "What is listed as done is done; incident/fresh was created: the same command with --to fresh instead of --new does the rest.\n",
	} {
		c := newCluster(t, objects...)
		e := c.runWith(c.interruptedAt(), append(strings.Fields(command), "--yes")...)
		if e.code != exitIncomplete || !strings.HasSuffix(e.errOut, "Interrupted. "+want) {
			t.Errorf("%s: code %d\n%s", command, e.code, e.errOut)
		}
	}
	c := newCluster(t, objects...)
	ctx, interrupt := context.WithCancel(t.Context())
	c.intercept.Create = func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error {
		interrupt()
		return context.Canceled
	}
	e := c.runWith(ctx, "comment", "inc-00", "x")
	if e.code != exitIncomplete || !strings.Contains(e.errOut, "Interrupted. What is listed as done is done.\n") {
		t.Errorf("code %d\n%s", e.code, e.errOut)
	}
}

func TestInterruptOfWhatIsComplete(t *testing.T) {
	c := newCluster(t, anIncident("inc-1"))
	e := c.runWith(c.interruptedAt(), "start", "inc-1")
	if e.code != exitDone || e.errOut != "" {
		t.Errorf("code %d\n%s", e.code, e.errOut)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// TestOutputFailsAfterChanges must not end with the code that says that nothing was changed.
func TestOutputFailsAfterChanges(t *testing.T) {
	for command, want := range map[string]int{
		"start inc-1":           exitIncomplete,
		"comment inc-1 x":       exitIncomplete,
		"start inc-1 --dry-run": exitFailed,
		"list":                  exitFailed,
	} {
		c := newCluster(t, anIncident("inc-1"))
		if e := c.runTo(t.Context(), fullDisk{}, strings.Fields(command)...); e.code != want || strings.Count(e.errOut, "no space left") != 1 {
			t.Errorf("%s: code %d\n%s", command, e.code, e.errOut)
		}
	}
}

// TestHangup has the terminal closed.
func TestHangup(t *testing.T) {
	// As in a shell: under nohup the signal is ignored, and the plugin goes on.
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, syscall.SIGHUP)
	defer signal.Stop(heard)
	ctx, stop := untilInterrupted(t.Context())
	defer stop()
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Second):
		t.Error("it goes on")
	}
}

// TestTagsThatAreOnlyLabels are written in any case by those who set the labels.
func TestTagsThatAreOnlyLabels(t *testing.T) {
	const prefix = v1alpha1.TagLabelPrefix
	c := newCluster(t, anIncident("inc-1", func(i *v1alpha1.Incident) {
		i.Labels = map[string]string{prefix + "VIP": "", prefix + "Vip": "x", prefix + "vips": "", "example.com/vip": ""}
	}))
	if out := c.done("tag", "vip,ViP", "inc-1"); out != "incident/inc-1 unchanged\n" {
		t.Error(out)
	}
	c.done("untag", "vIp", "inc-1")
	if labels := c.incident("inc-1").Labels; len(labels) != 2 {
		t.Errorf("left are %v", labels)
	}
}
