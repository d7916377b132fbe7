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
	"errors"
	"strings"

	"github.com/spf13/pflag"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// commentFlag is the flag by which a change of incidents says something about each.
type commentFlag struct {
	text string
	flag *pflag.Flag
}

func (f *commentFlag) addTo(flags *pflag.FlagSet) {
	flags.StringVar(&f.text, "comment", "", "say this about each incident that is changed")
	f.flag = flags.Lookup("comment")
}

// check refuses a comment that was asked for and cannot be sent.
func (f *commentFlag) check() error {
	if f.flag.Changed && strings.TrimSpace(f.text) == "" {
		return errors.New("the comment is empty: leave out --comment to say nothing")
	}
	return actions.AtMost("the comment", f.text, actions.MaxComment)
}

// with has a task say the comment too, if there is one.
func (f *commentFlag) with(task actions.Task, c client.WithWatch, incident *v1alpha1.Incident) actions.Task {
	if f.text == "" {
		return task
	}
	return actions.WithComment(task, c, incident, f.text)
}
