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
	"fmt"

	"github.com/spf13/pflag"
)

// requestFlags say which command's changes are undone, where no objects are named.
type requestFlags struct {
	request       string
	allNamespaces bool
}

func (f *requestFlags) addTo(flags *pflag.FlagSet) {
	flags.StringVar(&f.request, "request", "", "undo all changes of one command, by the ID that it printed")
	flags.BoolVarP(&f.allNamespaces, "all-namespaces", "A", false, "with --request, the changes in all namespaces")
}

// check refuses what says not, or twice, which objects of a kind are meant.
func (f *requestFlags) check(kind string, names []string) error {
	switch {
	case len(names) > 0 && f.request != "":
		return fmt.Errorf("name %ss or a --request, not both", kind)
	case len(names) == 0 && f.request == "":
		return fmt.Errorf("name at least one %s, or a --request", kind)
	case f.allNamespaces && f.request == "":
		return errors.New("--all-namespaces goes with --request")
	}
	return nil
}
